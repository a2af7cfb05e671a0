package io.provisioningbridge.http;

import java.time.Duration;

/** The moment an operation must have ended, on the monotonic clock. Immutable. */
public final class Deadline {

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    /** @param duration from now; at most 292 years */
    public static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** This one, or an earlier one that much from now. */
    public Deadline within(Duration duration) {
        Deadline other = in(duration);
        return other.end - end < 0 ? other : this;
    }

    /** The moment that much before this one. */
    public Deadline earlierBy(Duration duration) {
        return new Deadline(end - duration.toNanos());
    }

    /** Nanoseconds left; zero when it has passed. */
    public long remainingNanos() {
        return Math.max(0, end - System.nanoTime());
    }

    /** Whether at least that much time is left. */
    public boolean leaves(Duration duration) {
        return remainingNanos() >= duration.toNanos();
    }
}
