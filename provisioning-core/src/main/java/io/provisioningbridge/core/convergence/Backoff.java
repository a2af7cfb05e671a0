package io.provisioningbridge.core.convergence;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait after so many failures: doubling, with jitter so that not all come back at once. */
final class Backoff {

    /** Nobody waits longer, whatever a system asks for: it may be well again, and devices are to be shut out. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 20;

    private Backoff() {}

    /**
     * @param failures at least 1
     * @return between half of the doubled time and all of it
     */
    static Duration after(int failures, Duration longest, RandomGenerator random) {
        long doubled = FIRST.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
        long most = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(most / 2 + random.nextLong(most / 2 + 1));
    }

    static Duration bounded(Duration wait) {
        return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
    }

    static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
