package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The lanes, seen through one connection; {@link LaneResults} ends their leases. */
final class LaneTable {

    private static final String COLUMNS =
            "SELECT spelling, backend, generation, applied, failed, since, next_try, attempts, problem, observed_at,"
                    + " evidence, observation, fence, leased_until, taken_over, verify_at FROM <p>lanes ";

    /** Which lanes are to be worked on that nobody has. */
    static final String WAITING =
            "backend = :backend AND :now >= next_try AND (leased_until IS NULL OR :now >= leased_until)";

    // Not one whose lease has run out: whoever had that may still end it, with what was so before.
    private static final String TAKES_HINT =
            " AND failed = 0 AND NOT (generation > applied AND :now >= next_try AND leased_until IS NULL)";

    /** The place of a row's system among all systems. */
    private static final String RANK = Arrays.stream(Backend.values())
            .map(backend -> "WHEN '" + backend.name() + "' THEN " + rank(backend))
            .collect(Collectors.joining(" ", "CASE backend ", " END"));

    /** The place of a system among all systems. */
    static int rank(Backend backend) {
        return List.of(Backend.values()).indexOf(backend);
    }

    /** A lane as it was before it was leased. */
    private record Waiting(Lane lane, long fence, boolean takenOver) {}

    private final Handle handle;
    private final SystemTable systems;

    LaneTable(Handle handle) {
        this.handle = handle;
        this.systems = new SystemTable(handle);
    }

    SystemTable systems() {
        return systems;
    }

    /**
     * What should be has changed, or is to be worked on anew. A lease that is under way stays. At a system that is no longer
     * kept only lanes that are there count.
     */
    void fallBehind(Collection<DeviceId> devices, Set<Backend> backends, Instant now) {
        if (backends.isEmpty()) {
            return;
        }
        Set<Backend> kept = systems.kept();
        kept.retainAll(backends);
        makeOrAdvance(devices, kept, now);
        if (kept.size() < backends.size()) {
            Set<Backend> left = systems.left();
            left.retainAll(backends);
            devices.forEach(device -> advance(device.key(), left, "", now));
        }
    }

    /** Those that {@link #takesHint}. */
    void hint(String device, Set<Backend> backends, Instant now) {
        advance(device, backends, TAKES_HINT, now);
    }

    /** Whether one of them is there, has not failed, and is not going to be worked on by whoever comes next anyway. */
    boolean takesHint(String device, Set<Backend> backends, Instant now) {
        return backends.stream()
                .anyMatch(backend -> handle.sql(
                                "SELECT 1 FROM <p>lanes WHERE device_key = :device AND backend = :backend" + TAKES_HINT)
                        .bind("device", device)
                        .bind("backend", backend.name())
                        .bind("now", now.toEpochMilli())
                        .exists());
    }

    private void advance(String device, Set<Backend> backends, String condition, Instant now) {
        for (Backend backend : backends) {
            handle.sql(
                            "UPDATE <p>lanes SET spelling = COALESCE((SELECT d.spelling FROM <p>devices d WHERE d.device_key ="
                                    + " :device), spelling), generation = generation + 1, failed = 0, next_try = :now, since = CASE"
                                    + " WHEN applied = generation THEN :now ELSE since END, attempts = 0, problem = ''"
                                    + " WHERE device_key = :device AND backend = :backend" + condition)
                    .bind("device", device)
                    .bind("backend", backend.name())
                    .bind("now", now.toEpochMilli())
                    .execute();
        }
    }

    private void makeOrAdvance(Collection<DeviceId> devices, Set<Backend> backends, Instant now) {
        if (devices.isEmpty() || backends.isEmpty()) {
            return;
        }
        // How a device is spelled its record says; without one, whoever made its lane.
        Sql upsert = handle.sql(
                "INSERT INTO <p>lanes (device_key, backend, spelling, generation, applied, failed, since, next_try,"
                        + " attempts, problem, fence, taken_over) VALUES (:device, :backend, COALESCE((SELECT d.spelling"
                        + " FROM <p>devices d WHERE d.device_key = :device), :spelling), 1, 0, 0, :now, :now, 0, '', 0, 0)"
                        + " ON CONFLICT (device_key, backend) DO UPDATE SET spelling = COALESCE((SELECT d.spelling FROM"
                        + " <p>devices d WHERE d.device_key = excluded.device_key), <p>lanes.spelling),"
                        + " generation = <p>lanes.generation + 1, failed = 0, next_try = excluded.next_try, since = CASE"
                        + " WHEN <p>lanes.applied = <p>lanes.generation THEN excluded.since ELSE <p>lanes.since END,"
                        + " attempts = 0, problem = ''");
        for (DeviceId device : devices) {
            for (Backend backend : backends) {
                upsert.bind("device", device.key())
                        .bind("backend", backend.name())
                        .bind("spelling", device.text())
                        .bind("now", now.toEpochMilli())
                        .execute();
            }
        }
    }

    /** Whether a lane is to be worked on that nobody has. */
    boolean anyWaiting(Backend backend, Instant now) {
        return handle.sql("SELECT 1 FROM <p>lanes WHERE " + WAITING + " LIMIT 1")
                .bind("backend", backend.name())
                .bind("now", now.toEpochMilli())
                .exists();
    }

    List<Task> lease(Backend backend, int limit, Instant now, Duration length) {
        List<Waiting> waiting = handle.sql(COLUMNS + "WHERE " + WAITING + " ORDER BY next_try, device_key LIMIT :limit")
                .bind("backend", backend.name())
                .bind("now", now.toEpochMilli())
                .bind("limit", limit)
                .list(row -> waiting(row, ChangeWriter.milliseconds(now)));
        if (waiting.isEmpty()) {
            return List.of();
        }
        Instant until = ChangeWriter.milliseconds(now.plus(length));
        // In a database with several writers, another may have leased one since it was read.
        Sql update = handle.sql(
                "UPDATE <p>lanes SET fence = fence + 1, leased_until = :until,"
                        + " taken_over = :takenOver, verify_at = NULL WHERE device_key = :device AND backend = :backend AND fence = :fence");
        List<Task> tasks = new ArrayList<>();
        for (Waiting each : waiting) {
            int leased = update.bind("until", until.toEpochMilli())
                    .bind("takenOver", each.takenOver() ? 1 : 0)
                    .bind("device", each.lane().device().key())
                    .bind("backend", backend.name())
                    .bind("fence", each.fence())
                    .execute();
            if (leased == 1) {
                tasks.add(new Task(each.lane(), each.fence() + 1, until, each.takenOver()));
            }
        }
        return tasks;
    }

    /** What was seen of a device until now counts no more. */
    void forgetObservations(String device) {
        handle.sql(
                        "UPDATE <p>lanes SET observed_at = NULL, evidence = NULL, observation = NULL WHERE device_key = :device")
                .bind("device", device)
                .execute();
    }

    /** Nobody works any more on what was leased; whoever leases it next takes it over. */
    void endLeases(Instant now) {
        handle.sql("UPDATE <p>lanes SET leased_until = :now WHERE leased_until > :now")
                .bind("now", now.toEpochMilli())
                .execute();
    }

    /** In the order of their systems. */
    List<Lane> of(String device) {
        return handle.sql(COLUMNS + "WHERE device_key = :device ORDER BY " + RANK)
                .bind("device", device)
                .list(row -> lane(row));
    }

    /** In the order of device and system, beginning after one system of one device. */
    List<Lane> list(Lane.State state, String afterDevice, int afterRank, int limit) {
        return handle.sql(COLUMNS + "WHERE " + condition(state) + " AND device_key >= :device AND NOT (device_key ="
                        + " :device AND :rank >= " + RANK + ") ORDER BY device_key, " + RANK + " LIMIT :limit")
                .bind("device", afterDevice)
                .bind("rank", afterRank)
                .bind("limit", limit)
                .list(row -> lane(row));
    }

    private static String condition(Lane.State state) {
        return switch (state) {
            case DUE -> "failed = 0 AND generation > applied";
            case DONE -> "failed = 0 AND generation = applied";
            case FAILED -> "failed = 1";
        };
    }

    private static Waiting waiting(Columns row, Instant now) throws SQLException {
        boolean unfinished = optional(row, "leased_until").isPresent() || row.getInt("taken_over") == 1;
        boolean unverified = optional(row, "verify_at").filter(now::isBefore).isPresent();
        return new Waiting(lane(row), row.getLong("fence"), unfinished || unverified);
    }

    private static Lane lane(Columns row) throws SQLException {
        Optional<Instant> observed = optional(row, "observed_at");
        Optional<Observation> observation = observed.isEmpty()
                ? Optional.empty()
                : Optional.of(new Observation(
                        observed.get(),
                        Observation.Evidence.valueOf(row.getString("evidence")),
                        row.getString("observation")));
        return new Lane(
                new DeviceId(row.getString("spelling")),
                Backend.valueOf(row.getString("backend")),
                row.getLong("generation"),
                row.getLong("applied"),
                row.getInt("failed") == 1,
                Instant.ofEpochMilli(row.getLong("since")),
                optional(row, "next_try"),
                row.getInt("attempts"),
                row.getString("problem"),
                observation);
    }

    private static Optional<Instant> optional(Columns row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
