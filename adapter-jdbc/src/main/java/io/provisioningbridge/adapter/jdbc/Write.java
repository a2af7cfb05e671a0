package io.provisioningbridge.adapter.jdbc;

import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Something to be written, within a transaction that it shares with others.
 *
 * @param work does it, and answers
 * @param isWritten whether an answer means that something was written; if not, all that {@code work} did is undone
 */
record Write<T>(Function<Tables, T> work, Predicate<T> isWritten) {

    /** Whose every answer means that it was written. */
    static <T> Write<T> always(Function<Tables, T> work) {
        return new Write<>(work, answer -> true);
    }
}
