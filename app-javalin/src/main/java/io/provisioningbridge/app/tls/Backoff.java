package io.provisioningbridge.app.tls;

import java.time.Duration;
import java.time.Instant;

/** When to try again: later each time something fails, at once after it worked. Not safe for concurrent use. */
final class Backoff {

    private static final Duration FIRST = Duration.ofSeconds(1);

    private Duration next = FIRST;
    private Instant earliest = Instant.MIN;

    boolean allows(Instant now) {
        return !now.isBefore(earliest);
    }

    /** @return how long to wait now: twice as long as before, at least {@code least} and at most {@code most} */
    Duration failed(Instant now, Duration least, Duration most) {
        Duration wait = next.compareTo(most) > 0 ? most : next;
        wait = wait.compareTo(least) < 0 ? least : wait;
        next = wait.multipliedBy(2);
        earliest = now.plus(wait);
        return wait;
    }

    void succeeded() {
        next = FIRST;
        earliest = Instant.MIN;
    }
}
