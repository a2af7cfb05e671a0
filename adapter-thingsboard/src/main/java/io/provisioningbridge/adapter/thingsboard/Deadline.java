package io.provisioningbridge.adapter.thingsboard;

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

    /** Nanoseconds left; zero when it has passed. */
    long remainingNanos() {
        return Math.max(0, end - System.nanoTime());
    }
}
