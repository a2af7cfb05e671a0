package io.provisioningbridge.app.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongConsumer;

/** Keeps what others can make happen as often as they like to one line of the log a minute. Safe for concurrent use. */
final class LinePerMinute {

    static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final InstantSource clock;
    private Instant lastLine = Instant.MIN;
    private long sinceLastLine;

    LinePerMinute(InstantSource clock) {
        this.clock = clock;
    }

    /** @param line writes it, when one is due; given how often it has happened since the last one */
    synchronized void happened(LongConsumer line) {
        Instant now = clock.instant();
        sinceLastLine++;
        if (now.isBefore(lastLine) || !lastLine.isAfter(now.minus(BETWEEN_LINES))) {
            line.accept(sinceLastLine);
            lastLine = now;
            sinceLastLine = 0;
        }
    }
}
