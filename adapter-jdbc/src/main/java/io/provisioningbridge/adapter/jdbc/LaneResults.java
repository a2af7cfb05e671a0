package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Ends the leases of lanes through one connection, one batch for each kind of result. A result whose fence is not the
 * lane's latest, or whose lease has ended, finds no row. Where the generation has moved on, the lane is due already, and stays as the change made it.
 */
final class LaneResults {

    private static final String UP_TO_DATE = "CASE WHEN generation = :generation THEN ";
    private static final String MOVED_ON = " ELSE CASE WHEN next_try > :now THEN :now ELSE next_try END END";
    private static final String OF_TASK =
            " WHERE device_key = :device AND backend = :backend AND fence = :fence" + " AND leased_until IS NOT NULL";
    private static final String IN_VAIN = "UPDATE <p>lanes SET leased_until = NULL, attempts = " + UP_TO_DATE
            + "attempts + 1 ELSE attempts END, problem = " + UP_TO_DATE + ":problem ELSE problem END, failed = "
            + UP_TO_DATE;

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
        List<Boolean> counted = new ArrayList<>(Collections.nCopies(results.size(), false));
        PreparedBatch done = handle.prepareBatch("UPDATE <p>lanes SET leased_until = NULL, applied = :generation,"
                + " failed = 0, attempts = 0, problem = '', observed_at = :observedAt, evidence = :evidence,"
                + " observation = :observation, since = " + UP_TO_DATE + ":now ELSE since END, taken_over = "
                + UP_TO_DATE + "0 ELSE taken_over END, next_try = " + UP_TO_DATE + "NULLIF(:again, -1)" + MOVED_ON
                + OF_TASK);
        PreparedBatch later = handle.prepareBatch(
                IN_VAIN + "0 ELSE failed END, next_try = " + UP_TO_DATE + ":next" + MOVED_ON + OF_TASK);
        PreparedBatch failed = handle.prepareBatch(
                IN_VAIN + "1 ELSE failed END, next_try = " + UP_TO_DATE + "NULL" + MOVED_ON + OF_TASK);
        List<Integer> placesOfDone = new ArrayList<>();
        List<Integer> placesOfLater = new ArrayList<>();
        List<Integer> placesOfFailed = new ArrayList<>();
        Set<Lease> ended = new HashSet<>();
        for (int i = 0; i < results.size(); i++) {
            Result result = results.get(i);
            if (!ended.add(Lease.of(result.task()))) {
                continue;
            }
            if (result instanceof Result.Done each) {
                addDone(done, each);
                placesOfDone.add(i);
            } else if (result instanceof Result.Later each) {
                later.bind("problem", each.problem())
                        .bind("next", each.nextTry().toEpochMilli());
                add(later, each.task());
                placesOfLater.add(i);
            } else if (result instanceof Result.Failed each) {
                failed.bind("problem", each.problem());
                add(failed, each.task());
                placesOfFailed.add(i);
            }
        }
        execute(done, placesOfDone, counted);
        execute(later, placesOfLater, counted);
        execute(failed, placesOfFailed, counted);
        return counted;
    }

    private void addDone(PreparedBatch batch, Result.Done done) {
        Observation observation = done.observation();
        batch.bind("observedAt", observation.at().toEpochMilli())
                .bind("evidence", observation.evidence().name())
                .bind("observation", observation.what())
                .bind("again", done.again().map(Instant::toEpochMilli).orElse(-1L));
        add(batch, done.task());
    }

    private void add(PreparedBatch batch, Task task) {
        batch.bind("generation", task.lane().generation())
                .bind("now", now.toEpochMilli())
                .bind("device", task.lane().device().key())
                .bind("backend", task.lane().backend().name())
                .bind("fence", task.fence())
                .add();
    }

    private static void execute(PreparedBatch batch, List<Integer> places, List<Boolean> counted) {
        if (places.isEmpty()) {
            batch.close();
            return;
        }
        int[] rows = batch.execute();
        for (int i = 0; i < rows.length; i++) {
            counted.set(places.get(i), rows[i] == 1);
        }
    }
}
