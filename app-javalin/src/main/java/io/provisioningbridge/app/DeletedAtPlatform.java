package io.provisioningbridge.app;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ThingsBoard says that a device in service was deleted there: a hint; whether it is so, a look tells. Safe for concurrent use. */
final class DeletedAtPlatform implements Consumer<DeviceId> {

    private static final Logger LOG = LoggerFactory.getLogger(DeletedAtPlatform.class);
    // By then ThingsBoard has told what it was done to, unless the bridge was away.
    private static final Duration TELLING = Duration.ofMinutes(1);

    private final DeviceStore store;
    private final WorkQueue queue;
    private final Consumer<DeviceId> drift;
    private final InstantSource clock;

    /** @param drift looks at a device soon */
    DeletedAtPlatform(DeviceStore store, WorkQueue queue, Consumer<DeviceId> drift, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.drift = drift;
        this.clock = clock;
    }

    @Override
    public void accept(DeviceId device) {
        if (isByTheBridge(device)) {
            LOG.info("{} was deleted at ThingsBoard: what its earlier life had left there", device);
        } else {
            LOG.warn(
                    "{} is in service and was deleted at ThingsBoard by somebody else, so it cannot connect there;"
                            + " './bridge drift --repair' registers it anew,"
                            + " './bridge devices decommission {}' takes it out of service everywhere",
                    device,
                    device);
        }
        drift.accept(device);
    }

    /** Before a new life gets to ThingsBoard the bridge removes what the one before may have left there. */
    boolean isByTheBridge(DeviceId device) {
        try {
            boolean hadAnotherLife = store.find(device)
                    .filter(found -> found.incarnation().number() > 1)
                    .isPresent();
            return hadAnotherLife
                    && queue.lanes(device).stream()
                            .filter(lane -> lane.backend() == Backend.PLATFORM)
                            .anyMatch(this::isOrWasAtWork);
        } catch (BackendUnavailableException e) {
            return false;
        }
    }

    private boolean isOrWasAtWork(Lane lane) {
        return lane.state() == Lane.State.DUE || lane.since().plus(TELLING).isAfter(clock.instant());
    }
}
