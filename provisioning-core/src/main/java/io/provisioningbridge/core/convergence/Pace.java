package io.provisioningbridge.core.convergence;

import java.util.function.LongSupplier;

/**
 * Keeps a costly piece of work to a share of the time: after each run it rests so many times as long as the run took. Not
 * safe for concurrent use.
 */
public final class Pace {

    private final int rest;
    private final LongSupplier nanos;

    private boolean resting;
    private long restEnds;

    /**
     * @param rest how many times as long; 20 keeps the work under 5 % of a core
     * @param nanos as {@link System#nanoTime}
     */
    public Pace(int rest, LongSupplier nanos) {
        this.rest = rest;
        this.nanos = nanos;
    }

    /** Whether it has rested enough. */
    public boolean allows() {
        // By their difference, because such a time may begin anywhere and wrap around.
        resting = resting && nanos.getAsLong() - restEnds < 0;
        return !resting;
    }

    /** Works, and counts the time also of work that fails. */
    public void work(Runnable work) {
        long begun = nanos.getAsLong();
        try {
            work.run();
        } finally {
            long ended = nanos.getAsLong();
            restEnds = ended + rest * (ended - begun);
            resting = true;
        }
    }
}
