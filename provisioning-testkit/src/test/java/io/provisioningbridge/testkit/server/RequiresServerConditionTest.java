package io.provisioningbridge.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequiresServerConditionTest {

    @TempDir
    private Path bin;

    @BeforeEach
    void installOneProgram() throws IOException {
        Path program = Files.writeString(bin.resolve("present"), "#!/bin/sh\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void testShouldRunWhenEveryProgramIsThere() {
        assertThat(condition("").decide(List.of("present")).isDisabled()).isFalse();
    }

    @Test
    void testShouldBeSkippedWhenAProgramIsMissing() {
        assertThat(condition("").decide(List.of("present", "absent"))).satisfies(result -> {
            assertThat(result.isDisabled()).isTrue();
            assertThat(result.getReason()).contains("not on the PATH: absent");
        });
    }

    @Test
    void testShouldFailWhenAProgramIsMissingAndRequired() {
        assertThatThrownBy(() -> condition("required").decide(List.of("absent")))
                .hasMessageContaining("absent");
        assertThat(condition("required").decide(List.of("present")).isDisabled())
                .isFalse();
    }

    @Test
    void testShouldBeSkippedWhenRealServersAreOff() {
        assertThat(condition("off").decide(List.of("present")).isDisabled()).isTrue();
    }

    @Test
    void unknownWishShouldFail() {
        assertThatThrownBy(() -> condition("on").decide(List.of("present"))).hasMessageContaining("'on'");
    }

    @Test
    void fileThatCannotBeExecutedShouldCountAsMissing() throws IOException {
        Files.writeString(bin.resolve("data"), "");

        assertThat(condition("").decide(List.of("data")).isDisabled()).isTrue();
    }

    private RequiresServerCondition condition(String wish) {
        return new RequiresServerCondition(
                Map.of("PATH", "/nonexistent:" + bin, RequiresServerCondition.VARIABLE, wish));
    }
}
