package io.provisioningbridge.adapter.jdbc;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.DefaultStatementBuilder;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The prepared statements of one connection, kept for the next use of the same SQL: preparing one costs SQLite more than most
 * of ours cost to run. There are as many as there are different statements in this package. Used by one thread at a time,
 * like its connection.
 */
final class KeptStatements implements StatementBuilder {

    private final StatementBuilder makes = new DefaultStatementBuilder();
    private final Map<String, PreparedStatement> idle = new HashMap<>();
    // What was prepared: the text that Jdbi closes a statement with is the one from before it filled in names and
    // prefix.
    private final IdentityHashMap<Statement, String> lent = new IdentityHashMap<>();

    @Override
    public PreparedStatement create(Connection connection, String sql, StatementContext context) throws SQLException {
        PreparedStatement kept = idle.remove(sql);
        PreparedStatement result = kept == null ? makes.create(connection, sql, context) : kept;
        lent.put(result, sql);
        return result;
    }

    @Override
    public void close(Connection connection, String template, Statement statement) throws SQLException {
        String sql = lent.remove(statement);
        // The driver itself closes one that failed in an unusual way. Of two with the same text in use, one is enough
        // to keep.
        if (sql != null
                && statement instanceof PreparedStatement prepared
                && !prepared.isClosed()
                && idle.putIfAbsent(sql, prepared) == null) {
            prepared.clearParameters();
        } else {
            statement.close();
        }
    }

    /** They end with their connection, not with the handle that used them. */
    @Override
    public void close(Connection connection) {}

    @Override
    public Statement create(Connection connection, StatementContext context) throws SQLException {
        return makes.create(connection, context);
    }

    @Override
    public CallableStatement createCall(Connection connection, String sql, StatementContext context)
            throws SQLException {
        return makes.createCall(connection, sql, context);
    }
}
