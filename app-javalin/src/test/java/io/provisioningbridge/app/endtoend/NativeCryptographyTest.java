package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose cryptography the process uses. The demo enrolls a device over HTTPS, so that everything cryptographic is done once. */
class NativeCryptographyTest {

    private static final String UNPACKED_BELOW = "com.amazon.corretto.crypto.provider.tmpdir";

    @TempDir
    private Path directory;

    @Test
    void bridgeShouldUseTheNativeProviderAndSaySo() throws Exception {
        Throwable error = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError();
        Assumptions.assumeTrue(error == null, () -> "the native provider does not load here: " + error);

        assertThat(logOfDemo(Map.of()))
                .containsOnlyOnce("cryptography is native: AmazonCorrettoCryptoProvider 2.")
                .contains("is enrolled")
                .doesNotContain("ERROR");
    }

    @Test
    void bridgeShouldWorkWithoutTheNativeProviderAndSaySoOnce() throws Exception {
        // It unpacks its library below a directory, and a file is none.
        Path noDirectory = Files.writeString(directory.resolve("file"), "");

        assertThat(logOfDemo(Map.of("JAVA_TOOL_OPTIONS", "-D" + UNPACKED_BELOW + "=" + noDirectory)))
                .containsOnlyOnce("cryptography is that of the JDK and BouncyCastle")
                .contains("is enrolled")
                .doesNotContain("cryptography is native", "ERROR");
    }

    private String logOfDemo(Map<String, String> environment) throws InterruptedException {
        try (BridgeProcess demo = BridgeProcess.start(directory, environment, "demo", "--once")) {
            assertThat(demo.awaitEnd()).as(demo.log()).isZero();
            return demo.log();
        }
    }
}
