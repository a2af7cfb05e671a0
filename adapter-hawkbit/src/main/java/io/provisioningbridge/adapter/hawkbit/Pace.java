package io.provisioningbridge.adapter.hawkbit;

import io.provisioningbridge.http.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Spreads requests over time, so that the server's own limit is not hit: it counts per second and client. Safe for
 * concurrent use; whoever comes first goes first.
 */
final class Pace {

    /** That many may follow each other at once after a rest. In no second are there more than the rate and these. */
    static final int BURST = 5;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long interval;
    private long next;

    Pace(int perSecond) {
        this.interval = SECOND / perSecond;
        this.next = System.nanoTime() - BURST * interval;
    }

    /**
     * Waits for a turn.
     *
     * @return false at once when it would come after the deadline
     */
    boolean take(Deadline deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long wait = reserve(deadline);
        if (wait < 0) {
            return false;
        }
        TimeUnit.NANOSECONDS.sleep(wait);
        return true;
    }

    /** From now on nobody gets a turn for a while. */
    synchronized void rest(Duration pause) {
        next = Math.max(next, System.nanoTime() + pause.toNanos());
    }

    private synchronized long reserve(Deadline deadline) {
        long now = System.nanoTime();
        long turn = Math.max(next, now - BURST * interval);
        long wait = Math.max(0, turn - now);
        if (wait > deadline.remainingNanos()) {
            return -1;
        }
        next = turn + interval;
        return wait;
    }
}
