package io.provisioningbridge.app;

import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.app.receipt.VerificationKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The key that signs receipts: the one that is configured, or one made at first start; its public half lies in the data directory. */
public final class SigningKey {

    private static final Logger LOG = LoggerFactory.getLogger(SigningKey.class);

    private SigningKey() {}

    /** Where the public half of the key of a bridge with this data directory is. */
    public static Path publicHalf(Path dataDirectory) {
        return dataDirectory.resolve("signing-key.pub.pem");
    }

    /**
     * @param configured file of the key; empty: the one in the data directory, made when there is none
     * @throws StartException the key cannot be used, or its public half cannot be written down
     */
    static ReceiptSigner open(Optional<Path> configured, Path dataDirectory, SecureRandom random) {
        ServerKey key = configured.map(file -> read(file, random)).orElseGet(() -> own(dataDirectory, random));
        ReceiptSigner signer = new ReceiptSigner(key.privateKey(), VerificationKey.of(key.publicKey()));
        publish(signer.verification(), publicHalf(dataDirectory));
        return signer;
    }

    private static ServerKey read(Path file, SecureRandom random) {
        try {
            return ServerKey.parse(Files.readString(file, StandardCharsets.ISO_8859_1), random)
                    .fold(key -> key, problem -> {
                        throw new StartException(
                                "BRIDGE_SIGNING_KEY_FILE: " + file + ": " + problem
                                        + "; `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes one that fits.");
                    });
        } catch (IOException e) {
            throw new StartException("BRIDGE_SIGNING_KEY_FILE: " + file + " cannot be read: " + e, e);
        }
    }

    private static ServerKey own(Path dataDirectory, SecureRandom random) {
        Path file = dataDirectory.resolve("signing-key.pem");
        try {
            return ServerKey.open(file, random);
        } catch (IOException | UnsupportedOperationException e) {
            throw new StartException("The key that signs receipts cannot be kept: " + e.getMessage(), e);
        }
    }

    /** For whoever verifies receipts on this machine. */
    private static void publish(VerificationKey key, Path file) {
        try {
            if (!Files.exists(file)
                    || !Files.readString(file, StandardCharsets.ISO_8859_1).equals(key.pem())) {
                WholeFile.write(file, key.pem(), WholeFile.PUBLIC);
                LOG.info("receipts are signed with key {}; its public half is in {}", key.id(), file);
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new StartException("The public key of the receipts cannot be written to " + file + ": " + e, e);
        }
    }
}
