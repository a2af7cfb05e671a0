package io.provisioningbridge.core.decommission;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.operation.Rounds;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Lets the id of a device out of service be enrolled again, as one that inherits nothing: no key, no address, no allowance.
 * What the earlier life left behind at the authority is still revoked. Safe for concurrent use.
 */
public final class ReadmitDevice {

    private final DeviceStore store;
    private final WorkQueue queue;
    private final InstantSource clock;

    public ReadmitDevice(DeviceStore store, WorkQueue queue, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.clock = clock;
    }

    /**
     * @param operator who wants it, for the audit trail
     * @param reason why, for the audit trail; may be empty
     * @return {@link LifecycleResult.Settled} with the record that is gone by this; {@link LifecycleResult.StillLeaving} until
     *     the tunnel server has let the device go
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read or written
     */
    public LifecycleResult readmit(DeviceId id, String operator, String reason) {
        return Rounds.until(() -> round(id, operator, reason));
    }

    private Optional<LifecycleResult> round(DeviceId id, String operator, String reason) {
        Optional<Device> device = store.find(id);
        if (device.isEmpty()) {
            return Optional.of(new LifecycleResult.UnknownDevice());
        }
        Device found = device.get();
        if (found.state() != DeviceState.DECOMMISSIONED) {
            return Optional.of(new LifecycleResult.WrongState(found.state()));
        }
        boolean gone = queue.lanes(found.id()).stream()
                .filter(lane -> lane.backend() == Backend.TUNNEL)
                .allMatch(lane -> lane.state() == Lane.State.DONE);
        if (!gone) {
            return Optional.of(new LifecycleResult.StillLeaving());
        }
        Outcome outcome = store.commit(new Change.Readmitted(
                found.id(),
                found.version(),
                new AuditEvent(
                        clock.instant(),
                        found.id().key(),
                        Action.DEVICE_READMITTED,
                        operator,
                        "after incarnation " + found.incarnation().number()
                                + (reason.isEmpty() ? "" : ": " + reason))));
        return outcome instanceof Outcome.Committed
                ? Optional.of(new LifecycleResult.Settled(found))
                : Optional.empty();
    }
}
