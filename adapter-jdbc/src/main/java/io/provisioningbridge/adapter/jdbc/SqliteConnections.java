package io.provisioningbridge.adapter.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;

/**
 * A few connections that stay open and are lent out in turn. Unlike a general pool it starts no thread and drops nothing
 * that idles: a connection to a file does not go stale. Each keeps its prepared statements. One that was discarded while it
 * was lent is replaced. Safe for concurrent use.
 */
final class SqliteConnections implements Handle.Source {

    private final DataSource source;
    private final int size;
    private final Semaphore permits;
    private final Deque<Handle> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    SqliteConnections(DataSource source, int size) {
        this.source = source;
        this.size = size;
        this.permits = new Semaphore(size, true);
    }

    @Override
    public Handle open() throws SQLException {
        // Others hold theirs for single statements, so that this wait needs no end of its own.
        permits.acquireUninterruptibly();
        boolean lent = false;
        try {
            if (closed) {
                throw new SQLException("the store is closed");
            }
            Handle handle = idle.poll();
            Handle result = handle == null ? new Handle(connect(), "", this::giveBack) : handle;
            lent = true;
            return result;
        } finally {
            if (!lent) {
                permits.release();
            }
        }
    }

    /**
     * Without the driver's auto-commit mode, only with SQLite's own, which is the same to us. The driver's runs a BEGIN and a
     * COMMIT after each statement to make sure; within a transaction that was begun by hand, that BEGIN fails each time.
     */
    private Connection connect() throws SQLException {
        Connection connection = source.getConnection();
        boolean ready = false;
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Ends the transaction that the driver has just begun.
            statement.execute("COMMIT");
            ready = true;
            return connection;
        } finally {
            if (!ready) {
                connection.close();
            }
        }
    }

    private void giveBack(Handle handle) {
        if (!handle.isDiscarded()) {
            idle.push(handle);
        }
        permits.release();
    }

    /** Waits until every connection was returned, then closes them. */
    void close() throws SQLException {
        closed = true;
        permits.acquireUninterruptibly(size);
        try {
            for (Handle handle = idle.poll(); handle != null; handle = idle.poll()) {
                handle.discard();
            }
        } finally {
            permits.release(size);
        }
    }
}
