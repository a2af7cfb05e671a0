package io.provisioningbridge.app;

import io.provisioningbridge.app.config.OperatorToken;
import io.provisioningbridge.core.domain.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A token in the data directory, for its owner's eyes only: made where there is none, and kept. */
public final class TokenFile {

    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);
    private static final int BYTES = 32;

    private TokenFile() {}

    /** Where the operator's token of a bridge with this data directory is. */
    public static Path ofOperator(Path dataDirectory) {
        return dataDirectory.resolve("operator-token");
    }

    /** Where the viewer's token of a bridge with this data directory is. */
    public static Path ofViewer(Path dataDirectory) {
        return dataDirectory.resolve("viewer-token");
    }

    /** Where the webhook's secret of a bridge with this data directory is. */
    public static Path ofWebhook(Path dataDirectory) {
        return dataDirectory.resolve("webhook-secret");
    }

    /**
     * The token a bridge has left there.
     *
     * @throws IOException there is none, it may not be read, or it is damaged; the message says which
     */
    public static Secret read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        return OperatorToken.parse(text)
                .value()
                .orElseThrow(
                        () -> new IOException(file + " does not hold a token; delete it and start the bridge again"));
    }

    /** The token; made when there is no file. All of the file is written, or nothing. */
    static Secret open(Path file, SecureRandom random) throws IOException {
        if (!Files.exists(file)) {
            byte[] bytes = new byte[BYTES];
            random.nextBytes(bytes);
            WholeFile.write(file, HexFormat.of().formatHex(bytes) + "\n", WholeFile.OWNER_ONLY);
            LOG.info("a new token is in {}", file);
        }
        protect(file);
        return read(file);
    }

    private static void protect(Path file) throws IOException {
        if (!WholeFile.OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            Files.setPosixFilePermissions(file, WholeFile.OWNER_ONLY);
            LOG.warn("{} could be read by others than its owner; its permissions are 0600 now", file);
        }
    }
}
