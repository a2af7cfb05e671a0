package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Keeps a system that is down from being asked for every device in turn: while it fails, one device at a time is tried, at
 * growing intervals. What goes wrong for one device says nothing of the system; for two in a row it does. One that says when
 * to come back is left alone until then, whatever it did meanwhile. Safe for concurrent use.
 */
final class Breaker {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final RandomGenerator random;
    private int failures;
    private Instant openUntil = Instant.MIN;
    private Instant restsUntil = Instant.MIN;
    private Optional<DeviceId> troubled = Optional.empty();

    Breaker(RandomGenerator random) {
        this.random = random;
    }

    /** How many may be tried now, of {@code batch}. */
    synchronized int admits(int batch, Instant now) {
        if (now.isBefore(closesAt())) {
            return 0;
        }
        return failures == 0 ? batch : 1;
    }

    /** From when on the system may be asked again; some time in the past when it may be asked now. */
    synchronized Instant closesAt() {
        return openUntil.isAfter(restsUntil) ? openUntil : restsUntil;
    }

    /** How a batch went, in the order in which it was tried. */
    synchronized void note(List<Task> tasks, List<Verdict> verdicts, Instant now) {
        boolean answered = false;
        boolean down = false;
        Duration wait = Duration.ZERO;
        for (int i = 0; i < tasks.size(); i++) {
            Verdict verdict = verdicts.get(i);
            if (verdict.isAnswered()) {
                answered = true;
                troubled = Optional.empty();
            } else if (verdict instanceof Verdict.Unavailable unavailable) {
                down = true;
                wait = Backoff.longer(wait, unavailable.retryAfter());
            } else if (verdict instanceof Verdict.Troubled trouble) {
                DeviceId device = tasks.get(i).lane().device();
                boolean wasDown = failures > 0 && !answered;
                boolean isSecondInARow =
                        troubled.filter(other -> !other.equals(device)).isPresent();
                if (wasDown || isSecondInARow) {
                    down = true;
                    wait = Backoff.longer(wait, trouble.retryAfter());
                }
                troubled = Optional.of(device);
            }
        }
        if (answered) {
            failures = 0;
            openUntil = Instant.MIN;
        } else if (down) {
            failures++;
            openUntil = now.plus(Backoff.after(failures, LONGEST, random));
        }
        if (down && now.plus(wait).isAfter(restsUntil)) {
            restsUntil = now.plus(wait);
        }
    }
}
