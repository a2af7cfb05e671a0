package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {

    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path data;

    @Test
    void aTokenShouldBeMadeOnceAndKept() throws Exception {
        Path file = TokenFile.ofOperator(data);

        String made = TokenFile.open(file, random).reveal();

        assertThat(made).matches("[0-9a-f]{64}");
        assertThat(TokenFile.open(file, random).reveal()).isEqualTo(made);
        assertThat(TokenFile.read(file).reveal()).isEqualTo(made);
        assertThat(permissions(file)).isEqualTo("rw-------");
        try (var all = Files.list(data)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void aTokenOthersCouldReadShouldBeProtected() throws Exception {
        Path file = TokenFile.ofViewer(data);
        Files.writeString(file, "0123456789abcdef");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(TokenFile.open(file, random).reveal()).isEqualTo("0123456789abcdef");

        assertThat(permissions(file)).isEqualTo("rw-------");
    }

    @Test
    void aLeftOverOfACrashShouldNotBeTakenForAToken() throws Exception {
        Path file = TokenFile.ofOperator(data);
        Files.writeString(data.resolve(".operator-token.new"), "half");

        assertThat(TokenFile.open(file, random).reveal()).hasSize(64);
    }

    @Test
    void aDamagedTokenShouldNotBeReplacedInSilence() throws Exception {
        Path file = Files.writeString(TokenFile.ofOperator(data), "");

        assertThatThrownBy(() -> TokenFile.open(file, random))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not hold a token");
        assertThatThrownBy(() -> TokenFile.read(data.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
