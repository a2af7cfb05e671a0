package io.provisioningbridge.core.drift;

import java.time.Duration;

/** How long to wait after one failure more: twice as long as after the one before. Not safe for concurrent use. */
final class Waits {

    private final Duration first;
    private final Duration longest;
    private Duration next;

    Waits(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = shorter(first, longest);
    }

    Duration next() {
        Duration wait = next;
        next = shorter(next.multipliedBy(2), longest);
        return wait;
    }

    void startAgain() {
        next = shorter(first, longest);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
