package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * After ThingsBoard had too many requests nobody asks for a while. Its limits are the tenant's, for seconds or minutes, and it
 * does not say which (observed: 4.4.0-SNAPSHOT, no {@code Retry-After}), so each pause in a row is longer. Safe for concurrent use.
 */
final class Rest {

    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(1100);
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);

    private long until = System.nanoTime();
    private long next = SHORTEST;

    boolean endsBefore(Deadline deadline) {
        return left() < deadline.remainingNanos();
    }

    /** @throws BackendUnavailableException it would end after the deadline */
    void await(Deadline deadline) {
        long left = left();
        if (left > deadline.remainingNanos()) {
            throw new BackendUnavailableException(
                    "ThingsBoard has had too many requests of ours",
                    Effect.NONE,
                    BackendUnavailableException.DEFAULT_RETRY_AFTER);
        }
        try {
            TimeUnit.NANOSECONDS.sleep(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted before ThingsBoard was asked", Effect.NONE);
        }
    }

    /**
     * One begins, unless it did already.
     *
     * @param asked what the answer asks for; zero when it does not
     */
    synchronized void begin(Duration asked) {
        if (left() == 0) {
            until = System.nanoTime() + Math.max(next, asked.toNanos());
            next = Math.min(LONGEST, 2 * next);
        }
    }

    /** A request was served. */
    synchronized void over() {
        if (left() == 0) {
            next = SHORTEST;
        }
    }

    private synchronized long left() {
        return Math.max(0, until - System.nanoTime());
    }
}
