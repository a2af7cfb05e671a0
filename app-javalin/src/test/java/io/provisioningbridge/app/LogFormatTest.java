package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What reaches the console when a stranger's words are logged. */
class LogFormatTest {

    private static final Logger LOG = LoggerFactory.getLogger(LogFormatTest.class);
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    private static List<String> logged(Runnable logging) {
        PrintStream console = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            logging.run();
        } finally {
            System.setErr(console);
        }
        return captured.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aLineShouldNameTheRequestAndTheDevice() {
        List<String> lines = logged(() -> {
            MDC.put("request", "r-17");
            MDC.put("device", "dev-001");
            LOG.info("enrolled at {}", "10.8.0.2");
            MDC.clear();
            LOG.warn("by itself");
        });

        assertThat(lines)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches(TIME + " INFO  \\[r-17] \\[dev-001] LogFormatTest enrolled at 10\\.8\\.0\\.2"),
                        line -> assertThat(line).matches(TIME + " WARN  \\[-] \\[-] LogFormatTest by itself"));
    }

    @Test
    void aHostileTextShouldStayOnItsLine() {
        List<String> lines = logged(() -> {
            MDC.put("device", "dev\n2026-11-23T00:00:00.000Z INFO forged");
            LOG.info("refused {}", "a\r\nb\u0085c\u2028d\u001b[2J\u202e");
            MDC.clear();
        });

        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("[dev\\n2026-11-23T00:00:00.000Z INFO forged]")
                        .endsWith("refused a?\\nb?c\\nd?[2J?"));
    }

    @Test
    void aHostileExceptionShouldNotForgeALine() {
        List<String> lines = logged(() ->
                LOG.error("failed", new IllegalStateException("x\n2026-11-23T00:00:00.000Z INFO forged\r\u001b[2J")));

        assertThat(lines.get(0)).matches(TIME + " ERROR \\[-] \\[-] LogFormatTest failed");
        assertThat(lines.subList(1, lines.size()))
                .hasSizeGreaterThan(2)
                .allMatch(line -> line.startsWith("    | "))
                .contains("    | 2026-11-23T00:00:00.000Z INFO forged??[2J");
    }

    @Test
    void whatIsLoggedThroughThePlatformShouldArrive() {
        List<String> lines = logged(() -> System.getLogger("io.provisioningbridge.core.DueWork")
                .log(System.Logger.Level.WARNING, "revocations wait: {0}", "later"));

        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith("DueWork revocations wait: later"));
    }

    @Test
    void debugShouldBeSilent() {
        assertThat(logged(() -> LOG.debug("details"))).isEmpty();
    }
}
