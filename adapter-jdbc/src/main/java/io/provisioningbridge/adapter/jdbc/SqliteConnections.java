package io.provisioningbridge.adapter.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementBuilderFactory;

/**
 * A few connections that stay open and are lent out in turn. Unlike a general pool it starts no thread and drops nothing
 * that idles: a connection to a file does not go stale. Each keeps its prepared statements. One that was closed while it was
 * lent is replaced. Safe for concurrent use.
 */
final class SqliteConnections implements ConnectionFactory, StatementBuilderFactory {

    private final DataSource source;
    private final int size;
    private final Semaphore permits;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final Map<Connection, KeptStatements> statements = new ConcurrentHashMap<>();
    private volatile boolean closed;

    SqliteConnections(DataSource source, int size) {
        this.source = source;
        this.size = size;
        this.permits = new Semaphore(size, true);
    }

    @Override
    public Connection openConnection() throws SQLException {
        // Others hold theirs for single statements, so that this wait needs no end of its own.
        permits.acquireUninterruptibly();
        boolean lent = false;
        try {
            if (closed) {
                throw new SQLException("the store is closed");
            }
            Connection connection = idle.poll();
            Connection result = connection == null ? source.getConnection() : connection;
            lent = true;
            return result;
        } finally {
            if (!lent) {
                permits.release();
            }
        }
    }

    @Override
    public StatementBuilder createStatementBuilder(Connection connection) {
        return statements.computeIfAbsent(connection, opened -> new KeptStatements());
    }

    @Override
    public void closeConnection(Connection connection) throws SQLException {
        try {
            if (connection.isClosed()) {
                statements.remove(connection);
            } else {
                idle.push(connection);
            }
        } finally {
            permits.release();
        }
    }

    /** Waits until every connection was returned, then closes them. */
    void close() throws SQLException {
        closed = true;
        permits.acquireUninterruptibly(size);
        try {
            for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
                statements.remove(connection);
                connection.close();
            }
        } finally {
            permits.release(size);
        }
    }
}
