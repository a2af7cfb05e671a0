package io.provisioningbridge.app.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operators of webhook calls that are refused: the platform's, which it repeats for ever, or a stranger's. However many
 * there are, it is one line of the log a minute. Safe for concurrent use.
 */
final class WebhookAlarm {

    /** How long after a refused call all is well again; the platform's retry queue comes every few seconds. */
    static final Duration QUIET = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(WebhookAlarm.class);

    private final InstantSource clock;
    private final LinePerMinute lines;
    private Instant last = Instant.MIN;

    WebhookAlarm(InstantSource clock) {
        this.clock = clock;
        this.lines = new LinePerMinute(clock);
    }

    /** @param source address of the caller */
    synchronized void refused(String source) {
        last = clock.instant();
        lines.happened(count -> LOG.warn(
                "webhook calls with a wrong {} or none: {} since the last such line, the latest from {}",
                WebhookRoute.SECRET,
                count,
                source));
    }

    /** For readiness: always in the same words, and nothing of who called, since strangers may read it. */
    synchronized Optional<String> problem() {
        return last.isBefore(clock.instant().minus(QUIET))
                ? Optional.empty()
                : Optional.of("calls with a wrong secret or none came in within the last " + QUIET.toMinutes()
                        + " minutes, which the log tells more of; the platform repeats its own until its rule chain has a"
                        + " secret of BRIDGE_WEBHOOK_SECRET");
    }
}
