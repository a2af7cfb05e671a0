package io.provisioningbridge.core.convergence;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Keeps a system that is down from being asked for every device in turn: while it fails, one device at a time is tried, at
 * growing intervals. Safe for concurrent use.
 */
final class Breaker {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final RandomGenerator random;
    private int failures;
    private Instant openUntil = Instant.MIN;

    Breaker(RandomGenerator random) {
        this.random = random;
    }

    /** How many may be tried now, of {@code batch}. */
    synchronized int admits(int batch, Instant now) {
        if (now.isBefore(openUntil)) {
            return 0;
        }
        return failures == 0 ? batch : 1;
    }

    /** A system that did, or judged, anything is there. */
    synchronized void note(List<Verdict> verdicts, Instant now) {
        Duration wait = Duration.ZERO;
        for (Verdict verdict : verdicts) {
            if (!(verdict instanceof Verdict.Unavailable unavailable)) {
                failures = 0;
                openUntil = Instant.MIN;
                return;
            }
            if (unavailable.retryAfter().compareTo(wait) > 0) {
                wait = unavailable.retryAfter();
            }
        }
        failures++;
        Duration backoff = Backoff.after(failures, LONGEST, random);
        openUntil = now.plus(backoff.compareTo(wait) > 0 ? backoff : wait);
    }
}
