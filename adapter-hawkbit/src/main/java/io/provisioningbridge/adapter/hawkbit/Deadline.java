package io.provisioningbridge.adapter.hawkbit;

import java.time.Duration;

/** The moment an operation must have ended, on the monotonic clock. Immutable. */
final class Deadline {

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** This one, or an earlier one that much from now. */
    Deadline within(Duration duration) {
        Deadline other = in(duration);
        return other.end - end < 0 ? other : this;
    }

    /** Nanoseconds left; zero when it has passed. */
    long remainingNanos() {
        return Math.max(0, end - System.nanoTime());
    }

    /** Whether at least that much time is left. */
    boolean leaves(Duration duration) {
        return remainingNanos() >= duration.toNanos();
    }
}
