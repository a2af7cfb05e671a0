package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The lanes of an {@link InMemoryDeviceStore}, which knows and guards them. */
final class InMemoryWorkQueue implements WorkQueue {

    private final InMemoryDeviceStore store;

    InMemoryWorkQueue(InMemoryDeviceStore store) {
        this.store = store;
    }

    @Override
    public List<Task> lease(Backend backend, int limit, Instant now, Duration length) {
        return store.access("lease", state -> state.lanes().lease(backend, limit, now, length));
    }

    @Override
    public List<Boolean> finish(List<Result> results, Instant now) {
        return store.access(
                "finish",
                state -> results.stream()
                        .map(result -> state.lanes().finish(result, Milliseconds.of(now)))
                        .toList());
    }

    @Override
    public void hint(DeviceId device, Set<Backend> systems, Instant now) {
        store.access("hint", state -> {
            state.hint(device, systems, Milliseconds.of(now));
            return true;
        });
    }

    @Override
    public List<Lane> lanes(DeviceId device) {
        return store.access("lanes", state -> state.lanes().of(device.key()));
    }

    @Override
    public List<Lane> list(Lane.State state, Optional<Lane> after, int limit) {
        if (limit < 1 || limit > 1000) {
            throw new IllegalArgumentException("a page has 1 to 1000 lanes, not " + limit);
        }
        return store.access("listLanes", known -> known.lanes().list(state, after, limit));
    }
}
