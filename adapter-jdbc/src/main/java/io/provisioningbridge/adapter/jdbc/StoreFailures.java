package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.sql.SQLException;
import java.util.Set;

/** Tells the outside what went wrong in the database. */
final class StoreFailures {

    private static final int PRIMARY_CODE = 0xff;

    // SQLITE_PERM, BUSY, LOCKED, READONLY, FULL and CANTOPEN. In write-ahead mode the frame that makes a transaction
    // valid is
    // the last to be written: when there was no space or right to write it, the transaction cannot come back. After any
    // other failure, of a sync for instance, it may have reached the disk.
    private static final Set<Integer> SURELY_NOT_COMMITTED = Set.of(3, 5, 6, 8, 13, 14);

    private StoreFailures() {}

    static BackendUnavailableException unavailable(String what, Effect effect, Throwable cause) {
        return new BackendUnavailableException("the store " + what + ": " + reason(cause), effect, cause);
    }

    /** What a COMMIT that failed may have done all the same. */
    static Effect effectOfFailedCommit(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return SURELY_NOT_COMMITTED.contains(sql.getErrorCode() & PRIMARY_CODE) ? Effect.NONE : Effect.POSSIBLE;
            }
        }
        return Effect.POSSIBLE;
    }

    /** The database's own words, without the statement around them. */
    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                return String.valueOf(cause.getMessage());
            }
        }
        return String.valueOf(failure.getMessage());
    }
}
