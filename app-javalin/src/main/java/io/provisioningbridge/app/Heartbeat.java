package io.provisioningbridge.app;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls what has to be called now and then, each thing on a thread of its own, so that one that waits for a backend delays
 * no other.
 */
final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

    private final ScheduledThreadPoolExecutor threads =
            new ScheduledThreadPoolExecutor(0, DaemonThreads.named("heartbeat"));

    private final ScheduledThreadPoolExecutor interruptible =
            new ScheduledThreadPoolExecutor(0, DaemonThreads.named("heartbeat"));

    /** Calls {@code task} now, and again {@code pause} after each time it ended; one that fails is called again. */
    void every(Duration pause, String name, Runnable task) {
        every(pause, name, task, threads);
    }

    /** The same for a task that takes long, loses nothing when it is interrupted, and ends soon then. */
    void everyInterruptibly(Duration pause, String name, Runnable task) {
        every(pause, name, task, interruptible);
    }

    private synchronized void every(Duration pause, String name, Runnable task, ScheduledThreadPoolExecutor pool) {
        pool.setCorePoolSize(pool.getCorePoolSize() + 1);
        // Never completes: what it runs lets no exception out, and close() ends them all.
        ScheduledFuture<?> unused = pool.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.error("{} failed and is tried again", name, e);
                    }
                },
                0,
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Lets what is running end, within bounds. */
    @Override
    public void close() {
        interruptible.shutdownNow();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
            if (!interruptible.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("what was interrupted has not ended yet");
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
