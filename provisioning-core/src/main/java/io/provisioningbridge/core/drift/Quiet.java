package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Tells what has changed by itself from what the bridge is about to change, or has just changed: every change of what should
 * be counts the lane's generation on. Safe for concurrent use.
 */
final class Quiet {

    private final DeviceStore store;
    private final WorkQueue queue;
    private final InstantSource clock;

    Quiet(DeviceStore store, WorkQueue queue, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.clock = clock;
    }

    /**
     * Looks at a device.
     *
     * @param look reads store and system anew
     * @return what it found; nothing when the bridge was at work on the device there meanwhile, or is going to be
     */
    List<Finding> during(DeviceId device, Backend backend, Supplier<List<Finding>> look) {
        OptionalLong before = at(device, backend);
        if (before.isEmpty()) {
            return List.of();
        }
        List<Finding> found = look.get();
        return found.isEmpty() || at(device, backend).equals(before) ? found : List.of();
    }

    /** Which generation the system was brought to; 0 without a lane; empty when the bridge is at work on it. */
    OptionalLong at(DeviceId device, Backend backend) {
        Optional<Lane> lane = queue.lanes(device).stream()
                .filter(one -> one.backend() == backend)
                .findFirst();
        if (isEnrolling(device) || lane.filter(this::isUnderWay).isPresent()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(lane.map(Lane::generation).orElse(0L));
    }

    /** Whether the bridge ever had anything to do with an id, which need not have a record any more. */
    boolean isKnown(DeviceId device) {
        return isEnrolling(device) || !queue.lanes(device).isEmpty();
    }

    private boolean isEnrolling(DeviceId device) {
        return store.openIntent(device, clock.instant()).isPresent();
    }

    /** Due; or done, and just about to be looked at again. */
    private boolean isUnderWay(Lane lane) {
        return lane.state() == Lane.State.DUE
                || lane.nextTry().filter(next -> !next.isAfter(clock.instant())).isPresent();
    }
}
