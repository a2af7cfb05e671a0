package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ends the leases of lanes through one connection. A result whose fence is not the
 * lane's latest, or whose lease has ended, finds no row. Where the generation has moved on, the lane is due already, and stays as the change made it.
 */
final class LaneResults {

    private static final String UP_TO_DATE = "CASE WHEN generation = :generation THEN ";
    private static final String MOVED_ON = " ELSE next_try END";
    private static final String OF_TASK =
            " WHERE device_key = :device AND backend = :backend AND fence = :fence" + " AND leased_until IS NOT NULL";
    private static final String IN_VAIN = "UPDATE <p>lanes SET leased_until = NULL, attempts = " + UP_TO_DATE
            + "attempts + 1 ELSE attempts END, problem = " + UP_TO_DATE + ":problem ELSE problem END, failed = "
            + UP_TO_DATE;
    private static final String DONE = "UPDATE <p>lanes SET leased_until = NULL, applied = :generation,"
            + " failed = 0, attempts = 0, problem = '', observed_at = " + UP_TO_DATE
            + ":observedAt ELSE observed_at END, evidence = " + UP_TO_DATE
            + ":evidence ELSE evidence END, observation = "
            + UP_TO_DATE + ":observation ELSE observation END, since = " + UP_TO_DATE
            + ":now ELSE since END, taken_over = "
            + UP_TO_DATE + "0 ELSE taken_over END, verify_at = " + UP_TO_DATE
            + "CASE WHEN taken_over = 1 THEN NULLIF(:again, -1) ELSE NULL END ELSE verify_at END, next_try = "
            + UP_TO_DATE + "NULLIF(:again, -1)" + MOVED_ON
            + OF_TASK;
    private static final String LATER =
            IN_VAIN + "0 ELSE failed END, next_try = " + UP_TO_DATE + ":next" + MOVED_ON + OF_TASK;
    private static final String FAILED =
            IN_VAIN + "1 ELSE failed END, next_try = " + UP_TO_DATE + "NULL" + MOVED_ON + OF_TASK;
    private static final String RELEASED = "UPDATE <p>lanes SET leased_until = NULL" + OF_TASK;

    /** What a task has: it ends once, with the first result. */
    private record Lease(String device, Backend backend, long fence) {

        static Lease of(Task task) {
            return new Lease(task.lane().device().key(), task.lane().backend(), task.fence());
        }
    }

    private final Handle handle;
    private final Instant now;

    LaneResults(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    /** Whether each counts. */
    List<Boolean> finish(List<Result> results) {
        List<Boolean> counted = new ArrayList<>();
        Set<Lease> ended = new HashSet<>();
        for (Result result : results) {
            counted.add(ended.add(Lease.of(result.task())) && finish(result));
        }
        return counted;
    }

    private boolean finish(Result result) {
        int rows = update(result)
                .bind("device", result.task().lane().device().key())
                .bind("backend", result.task().lane().backend().name())
                .bind("fence", result.task().fence())
                .execute();
        return rows == 1;
    }

    private Sql update(Result result) {
        if (result instanceof Result.Released) {
            return handle.sql(RELEASED);
        }
        if (result instanceof Result.Done done) {
            Observation observation = done.observation();
            return tried(DONE, done)
                    .bind("now", now.toEpochMilli())
                    .bind("observedAt", observation.at().toEpochMilli())
                    .bind("evidence", observation.evidence().name())
                    .bind("observation", observation.what())
                    .bind("again", done.again().map(Instant::toEpochMilli).orElse(-1L));
        }
        if (result instanceof Result.Later later) {
            return tried(LATER, later)
                    .bind("problem", later.problem())
                    .bind("next", later.nextTry().toEpochMilli());
        }
        return tried(FAILED, result).bind("problem", ((Result.Failed) result).problem());
    }

    private Sql tried(String statement, Result result) {
        return handle.sql(statement).bind("generation", result.task().lane().generation());
    }
}
