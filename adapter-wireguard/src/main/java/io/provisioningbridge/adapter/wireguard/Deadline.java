package io.provisioningbridge.adapter.wireguard;

import java.time.Duration;

/** When a call has to be over. Immutable. */
final class Deadline {

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration length) {
        return new Deadline(System.nanoTime() + length.toNanos());
    }

    boolean passed() {
        return remainingNanos() <= 0;
    }

    /** What is left; negative once it has passed. */
    long remainingNanos() {
        return end - System.nanoTime();
    }

    /** What is left, in milliseconds and at least one: where that goes to, zero means for ever. */
    long remainingMillis() {
        return Math.max(1, Duration.ofNanos(remainingNanos()).toMillis());
    }
}
