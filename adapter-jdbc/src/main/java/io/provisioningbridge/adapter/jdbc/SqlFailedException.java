package io.provisioningbridge.adapter.jdbc;

import java.sql.SQLException;

/** The database did not do what it was told. The message holds the statement, without the values; the cause says why. */
final class SqlFailedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    SqlFailedException(String sql, SQLException cause) {
        super(cause.getMessage() + ": " + sql, cause);
    }
}
