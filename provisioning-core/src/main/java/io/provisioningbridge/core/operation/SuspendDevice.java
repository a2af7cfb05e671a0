package io.provisioningbridge.core.operation;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * An operator shuts a device out for the time being, and lets it in again: its peer is removed from the tunnel server and its
 * target from the update server, the platform admits it with nothing, and every request of it is refused; certificates, keys
 * and address are kept. Safe for concurrent use.
 */
public final class SuspendDevice {

    private final DeviceStore store;
    private final InstantSource clock;

    public SuspendDevice(DeviceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Suspending a suspended device is {@link LifecycleResult.Settled}.
     *
     * @param operator who wants it, for the audit trail
     * @param reason why, for the audit trail; may be empty
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read or written
     */
    public LifecycleResult suspend(DeviceId id, String operator, String reason) {
        return Rounds.until(() -> round(id, DeviceState.SUSPENDED, device -> {
            Instant now = clock.instant();
            return new Change.Suspended(
                    device.id(),
                    device.version(),
                    new AuditEvent(now, device.id().key(), Action.DEVICE_SUSPENDED, operator, reason));
        }));
    }

    /** The way back; as {@link #suspend}. A device that is in service already is {@link LifecycleResult.Settled}. */
    public LifecycleResult resume(DeviceId id, String operator, String reason) {
        return Rounds.until(() -> round(id, DeviceState.ENROLLED, device -> {
            Instant now = clock.instant();
            return new Change.Resumed(
                    device.id(),
                    device.version(),
                    new AuditEvent(now, device.id().key(), Action.DEVICE_RESUMED, operator, reason));
        }));
    }

    /** How a wish becomes a change of the device as it was looked at. */
    private interface Wish {
        Change of(Device device);
    }

    private Optional<LifecycleResult> round(DeviceId id, DeviceState goal, Wish wish) {
        Optional<Device> found = store.find(id);
        if (found.isEmpty()) {
            return Optional.of(new LifecycleResult.UnknownDevice());
        }
        Device device = found.get();
        if (device.state() == DeviceState.DECOMMISSIONED) {
            return Optional.of(new LifecycleResult.WrongState(device.state()));
        }
        boolean settled = (goal == DeviceState.SUSPENDED) == (device.state() == DeviceState.SUSPENDED);
        if (settled) {
            return Optional.of(new LifecycleResult.Settled(device));
        }
        Change change = wish.of(device);
        return store.commit(change) instanceof Outcome.Committed
                ? Optional.of(new LifecycleResult.Settled(
                        device.withState(goal, change.audit().at())))
                : Optional.empty();
    }
}
