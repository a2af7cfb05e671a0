package io.provisioningbridge.app.cli;

import io.provisioningbridge.app.SigningKey;
import io.provisioningbridge.app.config.ClientConfig;
import io.provisioningbridge.app.receipt.ReceiptVerifier;
import io.provisioningbridge.app.receipt.VerificationKey;
import io.provisioningbridge.core.domain.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads receipts without any bridge. */
@Command(
        name = "receipt",
        description = "Reads the receipts of devices that were taken out of service.",
        synopsisSubcommandLabel = "COMMAND")
final class ReceiptCommand {

    private static final long LARGEST = 16 << 20;

    private final Terminal terminal;

    ReceiptCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            description = {
                "Checks that a bridge signed a receipt, and prints what it says. Asks nobody.",
                "Prints nothing of a receipt that is not genuine."
            },
            exitCodeListHeading = "%nEnds with%n",
            exitCodeList = {
                "0:the bridge with that key signed exactly this",
                "1:it did not, or a file cannot be read",
                "2:the command line or the configuration is wrong"
            })
    int verify(
            @Parameters(paramLabel = "FILE", description = "The receipt.") Path file,
            @Option(
                            names = "--key",
                            paramLabel = "PUBLIC.pem",
                            description = "The bridge's public key; signing-key.pub.pem in BRIDGE_DATA_DIR by default.")
                    @Nullable
                    Path keyFile,
            @Option(names = "--json", description = "Print the JSON that was signed, as it is.") boolean json) {
        if (keyFile != null) {
            return verifyBy(keyFile, file, json);
        }
        return ClientConfig.read(terminal.environment())
                .fold(config -> verifyBy(SigningKey.publicHalf(config.dataDirectory()), file, json), problem -> {
                    terminal.err().println(problem);
                    return ExitStatus.MISUSED;
                });
    }

    private int verifyBy(Path keyFile, Path file, boolean json) {
        try {
            Parsed<VerificationKey> key = VerificationKey.parse(read(keyFile));
            if (key instanceof Parsed.Invalid<VerificationKey> invalid) {
                throw new IOException(keyFile + ": " + invalid.problem());
            }
            Parsed<byte[]> signed = ReceiptVerifier.verify(read(file), key.orThrow());
            if (signed instanceof Parsed.Invalid<byte[]> invalid) {
                throw new IOException("NOT GENUINE: " + file + ": " + invalid.problem());
            }
            print(key.orThrow(), signed.orThrow(), json);
            return ExitStatus.OK;
        } catch (IOException e) {
            terminal.err().println(e.getMessage());
            return ExitStatus.FAILED;
        }
    }

    private void print(VerificationKey key, byte[] signed, boolean json) throws IOException {
        if (json) {
            terminal.out().println(new String(signed, StandardCharsets.UTF_8));
            return;
        }
        var receipt = ReceiptText.parse(signed);
        terminal.out().println("Genuine: signed with key " + key.id());
        terminal.out().println();
        ReceiptText.print(receipt, terminal.out());
    }

    private static String read(Path file) throws IOException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new IOException(file + " is too large.");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("There is no file " + file + ".", e);
        }
    }
}
