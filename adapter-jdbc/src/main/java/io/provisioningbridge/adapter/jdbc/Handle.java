package io.provisioningbridge.adapter.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection that was lent, until this is closed. Its statements stay prepared as long as it is open: preparing one costs
 * SQLite more than most of ours cost to run. There are as many as there are different ones in this package. Used by one thread
 * at a time.
 */
final class Handle implements AutoCloseable {

    /** Where handles come from. Safe for concurrent use. */
    interface Source {
        Handle open() throws SQLException;
    }

    /** What becomes of a handle that was closed. */
    interface Return {
        void accept(Handle handle) throws SQLException;
    }

    private final Connection connection;
    private final String tablePrefix;
    private final Return whenClosed;
    private final Map<String, Sql> prepared = new HashMap<>();
    private boolean discarded;

    Handle(Connection connection, String tablePrefix, Return whenClosed) {
        this.connection = connection;
        this.tablePrefix = tablePrefix;
        this.whenClosed = whenClosed;
    }

    /** @param text in which {@code <p>} stands for the table prefix, and {@code :name} for a value */
    Sql sql(String text) {
        Sql kept = prepared.get(text);
        if (kept != null && !kept.failed()) {
            return kept;
        }
        try {
            if (kept != null) {
                kept.close();
            }
            Sql fresh = new Sql(connection, text.replace("<p>", tablePrefix));
            prepared.put(text, fresh);
            return fresh;
        } catch (SQLException e) {
            throw new SqlFailedException(text, e);
        }
    }

    /** Runs a statement without parameters. */
    void execute(String text) {
        sql(text).execute();
    }

    /** Closes the connection, which is no good any more or needed no more. */
    void discard() throws SQLException {
        discarded = true;
        try {
            // One who lends connections may keep open what was prepared on them.
            for (Sql each : prepared.values()) {
                each.close();
            }
        } finally {
            prepared.clear();
            connection.close();
        }
    }

    boolean isDiscarded() {
        return discarded;
    }

    @Override
    public void close() throws SQLException {
        whenClosed.accept(this);
    }
}
