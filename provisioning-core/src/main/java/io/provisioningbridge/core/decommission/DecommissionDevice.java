package io.provisioningbridge.core.decommission;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.operation.Rounds;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Takes a device out of service for good: from the commit on every request under its id, in any spelling, is refused; what is
 * to be undone outside is due in that same commit. Repeating it is harmless. Safe for concurrent use.
 */
public final class DecommissionDevice {

    private final DeviceStore store;
    private final InstantSource clock;

    public DecommissionDevice(DeviceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A device that is just being enrolled for the first time is taken out as well: what the authority answers comes too
     * late then, and is revoked.
     *
     * @param operator who wants it, for the audit trail and the receipt
     * @param reason why, likewise; may be empty
     * @return {@link LifecycleResult.Settled} also for one that was out already, {@link LifecycleResult.UnknownDevice}, or
     *     {@link LifecycleResult.Busy}
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read or written
     */
    public LifecycleResult decommission(DeviceId id, String operator, String reason) {
        return Rounds.until(() -> round(id, operator, reason));
    }

    private Optional<LifecycleResult> round(DeviceId id, String operator, String reason) {
        Instant now = clock.instant();
        Optional<Device> device = store.find(id);
        if (device.filter(found -> found.state() == DeviceState.DECOMMISSIONED).isPresent()) {
            return device.map(LifecycleResult.Settled::new);
        }
        Optional<DeviceId> spelling =
                device.map(Device::id).or(() -> store.openIntent(id, now).map(IssuanceIntent::device));
        if (spelling.isEmpty()) {
            // The enrollment may just have ended between the two looks.
            return store.find(id).isPresent() ? Optional.empty() : Optional.of(new LifecycleResult.UnknownDevice());
        }
        Outcome outcome = store.commit(new Change.Decommissioned(
                spelling.get(),
                device.map(Device::version).orElse(Device.ABSENT),
                new AuditEvent(now, id.key(), Action.DEVICE_DECOMMISSIONED, operator, reason)));
        return outcome instanceof Outcome.Committed
                ? store.find(id).map(LifecycleResult.Settled::new)
                : Optional.empty();
    }
}
