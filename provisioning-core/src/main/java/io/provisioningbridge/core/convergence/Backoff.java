package io.provisioningbridge.core.convergence;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait after so many failures: doubling, with jitter so that not all come back at once. */
final class Backoff {

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
}
