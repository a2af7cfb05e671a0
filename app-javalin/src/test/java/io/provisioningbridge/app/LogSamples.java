package io.provisioningbridge.app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A program that logs what {@link LogFormatTest} looks at; a process of its own has the log format of production. */
final class LogSamples {

    private static final Logger LOG = LoggerFactory.getLogger(LogSamples.class);

    private LogSamples() {}

    public static void main(String[] args) {
        MDC.put("request", "r-17");
        MDC.put("device", "dev-001");
        LOG.info("enrolled at {}", "10.8.0.2");
        MDC.clear();
        LOG.warn("by itself");
        LOG.debug("details");

        MDC.put("device", "dev\n2026-11-23T00:00:00.000Z INFO forged");
        LOG.info("refused {}", "a\r\nb\u0085c\u2028d\u001b[2J\u202e");
        MDC.clear();

        System.getLogger("io.provisioningbridge.core.DueWork")
                .log(System.Logger.Level.WARNING, "revocations wait: {0}", "later");
        LOG.error("failed", new IllegalStateException("x\n2026-11-23T00:00:00.000Z INFO forged\r\u001b[2J"));
    }
}
