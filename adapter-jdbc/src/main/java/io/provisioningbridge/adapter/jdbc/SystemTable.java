package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Backend;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Which outside systems have lanes, seen through one connection and asked for once in its transaction. */
final class SystemTable {

    private final Handle handle;
    private Optional<Set<Backend>> kept = Optional.empty();

    SystemTable(Handle handle) {
        this.handle = handle;
    }

    /** Every device has a lane at these. */
    Set<Backend> kept() {
        if (kept.isEmpty()) {
            kept = Optional.of(where("kept = 1"));
        }
        Set<Backend> copy = EnumSet.noneOf(Backend.class);
        copy.addAll(kept.get());
        return copy;
    }

    /** Some device may have a lane at these from before. */
    Set<Backend> left() {
        return where("kept = 0");
    }

    private Set<Backend> where(String condition) {
        Set<Backend> found = EnumSet.noneOf(Backend.class);
        handle.sql("SELECT backend FROM <p>systems WHERE " + condition)
                .list(row -> row.getString("backend"))
                .forEach(name -> found.add(Backend.valueOf(name)));
        return found;
    }

    /** Keeps these and no others; at one that is new every device on record gets a lane that is due, unless it has one. */
    void keep(Set<Backend> systems, Instant now) {
        Set<Backend> before = kept();
        kept = Optional.empty();
        handle.execute("UPDATE <p>systems SET kept = 0");
        for (Backend system : systems) {
            handle.sql("INSERT INTO <p>systems (backend, kept) VALUES (:backend, 1)"
                            + " ON CONFLICT (backend) DO UPDATE SET kept = 1")
                    .bind("backend", system.name())
                    .execute();
            if (!before.contains(system)) {
                giveLanes(system, now);
            }
        }
    }

    private void giveLanes(Backend system, Instant now) {
        handle.sql("INSERT INTO <p>lanes (device_key, backend, spelling, generation, applied, failed, since,"
                        + " next_try, attempts, problem, fence, taken_over) SELECT d.device_key, :backend, d.spelling,"
                        + " 1, 0, 0, :now, :now, 0, '', 0, 0 FROM <p>devices d WHERE NOT EXISTS (SELECT 1 FROM"
                        + " <p>lanes l WHERE l.device_key = d.device_key AND l.backend = :backend)")
                .bind("backend", system.name())
                .bind("now", now.toEpochMilli())
                .execute();
    }
}
