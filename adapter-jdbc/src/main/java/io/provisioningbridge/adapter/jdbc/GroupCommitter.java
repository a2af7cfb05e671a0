package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. SQLite has one writer at a time and pays for a commit with a sync of the disk; so all
 * that wait when the thread comes back are committed together, and their callers are answered together. Safe for concurrent
 * use.
 */
final class GroupCommitter {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);
    private static final int MOST_AT_ONCE = 256;

    private final Handle.Source handles;
    private final AddressPools pools;
    private final Duration longestWait;
    private final Thread thread;
    private final Object lock = new Object();
    private final Queue<PendingWrite<?>> queue = new ArrayDeque<>();
    private boolean closed;

    /** Starts the thread. */
    GroupCommitter(Handle.Source handles, AddressPools pools, Duration longestWait) {
        this.handles = handles;
        this.pools = pools;
        this.longestWait = longestWait;
        // Not a virtual one: native calls would pin its carrier. A daemon: an unclosed store must not keep the JVM
        // alive.
        this.thread = new Thread(this::run, "device-store-writer");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    Outcome commit(Change change) {
        return write(new Write<>(tables -> new ChangeWriter(tables).write(change), ChangeWriter::isWritten));
    }

    <T> T write(Write<T> write) {
        PendingWrite<T> pending = new PendingWrite<>(write);
        synchronized (lock) {
            if (closed) {
                throw new BackendUnavailableException("the store is closed", Effect.NONE);
            }
            queue.add(pending);
            lock.notifyAll();
        }
        return pending.await(longestWait);
    }

    /** Takes no more, and waits until what was taken is written. */
    void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        for (List<PendingWrite<?>> group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
            List<PendingWrite<?>> awaited =
                    group.stream().filter(PendingWrite::begin).toList();
            try {
                new GroupTransaction(handles, pools).write(awaited);
            } catch (RuntimeException | Error failure) {
                LOG.error("a group of {} writes failed", awaited.size(), failure);
                awaited.forEach(pending ->
                        pending.fail(StoreFailures.unavailable("failed while it wrote", Effect.POSSIBLE, failure)));
            }
        }
    }

    /** Waits until there is something to write; empty when the store is closed and everything is written. */
    private List<PendingWrite<?>> nextGroup() {
        synchronized (lock) {
            while (queue.isEmpty() && !closed) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    // Only close() ends this thread: whoever interrupted it has no business here.
                    LOG.warn("the store's writer was interrupted and goes on");
                }
            }
            List<PendingWrite<?>> group = new ArrayList<>();
            while (!queue.isEmpty() && group.size() < MOST_AT_ONCE) {
                group.add(queue.remove());
            }
            return group;
        }
    }
}
