package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What reaches the console, also when a stranger's words are logged. */
class LogFormatTest {

    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    private static List<String> lines = List.of();
    private static String out = "";

    @BeforeAll
    static void logSamples() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        // The tests have a format of their own.
                        "-Dlogback.configurationFile=logback.xml",
                        LogSamples.class.getName())
                .start();
        process.getOutputStream().close();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(err).isZero();
        lines = List.of(err.split("\n"));
    }

    @Test
    void aLineShouldNameTheRequestAndTheDevice() {
        assertThat(lines.get(0)).matches(TIME + " INFO  \\[r-17] \\[dev-001] LogSamples enrolled at 10\\.8\\.0\\.2");
        assertThat(lines.get(1)).matches(TIME + " WARN  \\[-] \\[-] LogSamples by itself");
    }

    @Test
    void debugShouldBeSilent() {
        assertThat(lines).noneMatch(line -> line.contains("details"));
    }

    @Test
    void aHostileTextShouldStayOnItsLine() {
        assertThat(lines.get(2))
                .contains("[dev\\n2026-11-23T00:00:00.000Z INFO forged]")
                .endsWith("refused a?\\nb?c\\nd?[2J?");
    }

    @Test
    void whatIsLoggedThroughThePlatformShouldArrive() {
        assertThat(lines.get(3)).matches(TIME + " WARN  \\[-] \\[-] DueWork revocations wait: later");
    }

    @Test
    void aHostileExceptionShouldNotForgeALine() {
        assertThat(lines.get(4)).matches(TIME + " ERROR \\[-] \\[-] LogSamples failed");
        assertThat(lines.subList(5, lines.size()))
                .hasSizeGreaterThan(2)
                .allMatch(line -> line.startsWith("    | "))
                .contains("    | 2026-11-23T00:00:00.000Z INFO forged??[2J");
    }

    @Test
    void standardOutputShouldBeLeftToTheCommands() {
        assertThat(out).isEmpty();
    }
}
