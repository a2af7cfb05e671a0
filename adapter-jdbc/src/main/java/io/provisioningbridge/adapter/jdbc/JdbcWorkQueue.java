package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The lanes of a {@link JdbcDeviceStore}; had from {@link JdbcDeviceStore#workQueue()} and usable until that is closed.
 * Leasing and finishing are written together with the changes that callers commit at the same time. Safe for concurrent use.
 */
public final class JdbcWorkQueue implements WorkQueue {

    private static final int MOST_LISTED = 1000;

    private final JdbcDeviceStore store;

    JdbcWorkQueue(JdbcDeviceStore store) {
        this.store = store;
    }

    @Override
    public List<Task> lease(Backend backend, int limit, Instant now, Duration length) {
        // An idle bridge asks again and again: only what finds something is worth a transaction.
        boolean none = store.read(tables -> !tables.lanes().anyWaiting(backend, now));
        return none
                ? List.of()
                : store.write(Write.always(tables -> tables.lanes().lease(backend, limit, now, length)));
    }

    @Override
    public List<Boolean> finish(List<Result> results, Instant now) {
        return store.write(Write.always(tables -> new LaneResults(tables.handle(), now).finish(results)));
    }

    @Override
    public void hint(DeviceId device, Set<Backend> systems, Instant now) {
        // Hints come in crowds, and most repeat what is known.
        if (store.read(tables -> tables.lanes().takesHint(device.key(), systems, now))) {
            store.write(Write.always(tables -> {
                tables.lanes().hint(device.key(), systems, now);
                return true;
            }));
        }
    }

    @Override
    public List<Lane> lanes(DeviceId device) {
        return store.read(tables -> tables.lanes().of(device.key()));
    }

    @Override
    public List<Lane> list(Lane.State state, Optional<Lane> after, int limit) {
        if (limit < 1 || limit > MOST_LISTED) {
            throw new IllegalArgumentException("a page has 1 to 1000 lanes, not " + limit);
        }
        String device = after.map(lane -> lane.device().key()).orElse("");
        int rank = after.map(lane -> LaneTable.rank(lane.backend())).orElse(-1);
        return store.read(tables -> tables.lanes().list(state, device, rank, limit));
    }
}
