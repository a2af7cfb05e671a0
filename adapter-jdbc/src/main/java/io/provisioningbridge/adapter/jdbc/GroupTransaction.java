package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.port.BackendException.Effect;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a group of changes, leases and results in one transaction, each in a savepoint of its own: one that fails takes no other down. Callers
 * are answered when the transaction is durable. Also those who are told of a conflict: it may be a conflict with another
 * change of the group.
 */
final class GroupTransaction {

    private enum End {
        /** The connection is as it was before. */
        CLEAN,
        /** All are answered, the connection is no good any more. */
        BROKEN,
        /** None is answered, and the transaction is gone. */
        LOST
    }

    /** A change failed, and the whole transaction with it: some errors make SQLite roll back everything. */
    private static final class LostException extends Exception {

        private static final long serialVersionUID = 1;

        LostException(Throwable cause) {
            super(cause);
        }
    }

    private final Handle.Source handles;
    private final AddressPools pools;

    GroupTransaction(Handle.Source handles, AddressPools pools) {
        this.handles = handles;
        this.pools = pools;
    }

    /** Answers every one of them, or throws. */
    void write(List<PendingWrite<?>> group) {
        End end = End.BROKEN;
        try (Handle handle = handles.open()) {
            try {
                end = write(handle, group);
            } finally {
                if (end != End.CLEAN) {
                    // Nobody knows what state it is in; the next transaction gets another.
                    handle.discard();
                }
            }
        } catch (SQLException e) {
            group.forEach(pending -> pending.fail(StoreFailures.unavailable("cannot be opened", Effect.NONE, e)));
            return;
        }
        if (end == End.LOST) {
            // Nothing was written. Each change gets a transaction of its own, so that only the culprit fails.
            group.forEach(pending -> write(List.of(pending)));
        }
    }

    private End write(Handle handle, List<PendingWrite<?>> group) {
        try {
            // At once for writing: a transaction that first reads may find that it cannot write any more.
            handle.execute("BEGIN IMMEDIATE");
        } catch (SqlFailedException e) {
            group.forEach(pending -> pending.fail(StoreFailures.unavailable("cannot be written", Effect.NONE, e)));
            return End.BROKEN;
        }
        List<Runnable> answers = new ArrayList<>();
        Tables tables = Tables.in(handle, pools);
        for (PendingWrite<?> pending : group) {
            try {
                answers.add(inSavepoint(tables, pending));
            } catch (LostException e) {
                if (group.size() > 1) {
                    return End.LOST;
                }
                pending.fail(StoreFailures.unavailable("cannot write", Effect.NONE, e));
                return End.BROKEN;
            }
        }
        try {
            handle.execute("COMMIT");
        } catch (SqlFailedException e) {
            Effect effect = StoreFailures.effectOfFailedCommit(e);
            group.forEach(pending -> pending.fail(StoreFailures.unavailable("could not commit", effect, e)));
            return End.BROKEN;
        }
        answers.forEach(Runnable::run);
        return End.CLEAN;
    }

    /** The answer to be given when the transaction is durable. */
    private static <T> Runnable inSavepoint(Tables tables, PendingWrite<T> pending) throws LostException {
        Handle handle = tables.handle();
        Write<T> write = pending.write();
        try {
            handle.execute("SAVEPOINT one_write");
            T result = write.work().apply(tables);
            if (!write.isWritten().test(result)) {
                handle.execute("ROLLBACK TO one_write");
            }
            handle.execute("RELEASE one_write");
            return () -> pending.answer(result);
        } catch (RuntimeException e) {
            try {
                handle.execute("ROLLBACK TO one_write");
                handle.execute("RELEASE one_write");
            } catch (SqlFailedException lost) {
                e.addSuppressed(lost);
                throw new LostException(e);
            }
            RuntimeException failure =
                    e instanceof SqlFailedException ? StoreFailures.unavailable("cannot write", Effect.NONE, e) : e;
            return () -> pending.fail(failure);
        }
    }
}
