package io.provisioningbridge.core.decommission;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.RenewalControl;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.InstantSource;
import java.util.Optional;

/** Puts together what is known of a device's end, from the store alone. Safe for concurrent use. */
public final class WriteReceipt {

    private final DeviceStore store;
    private final WorkQueue queue;
    private final RenewalControl renewal;
    private final InstantSource clock;

    public WriteReceipt(DeviceStore store, WorkQueue queue, RenewalControl renewal, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.renewal = renewal;
        this.clock = clock;
    }

    /**
     * Empty for a device that is not out of service.
     *
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read
     */
    public Optional<DecommissionReceipt> write(DeviceId id) {
        return store.find(id)
                .filter(found -> found.state() == DeviceState.DECOMMISSIONED)
                .map(this::receipt);
    }

    private DecommissionReceipt receipt(Device device) {
        Optional<AuditEvent> decision =
                store.latestEvents(device.id(), AuditEvent.Action.DEVICE_DECOMMISSIONED, 1).stream()
                        .findFirst();
        return new DecommissionReceipt(
                device.id(),
                device.incarnation(),
                clock.instant(),
                device.stateSince(),
                decision.map(AuditEvent::cause).orElse(""),
                decision.map(AuditEvent::detail).orElse(""),
                device.address(),
                queue.lanes(device.id()),
                store.certificates(device.id()).stream()
                        .filter(certificate -> certificate.incarnation().equals(device.incarnation()))
                        .toList(),
                store.intents(device.id()).stream()
                        .filter(intent -> intent.incarnation().equals(device.incarnation()))
                        .filter(intent -> intent.status() == Status.UNCERTAIN)
                        .toList(),
                store
                        .latestEvents(
                                device.id(), AuditEvent.Action.DEVICE_CAME_BACK, DecommissionReceipt.RETURNS_LISTED)
                        .stream()
                        .filter(event -> !event.at().isBefore(device.stateSince()))
                        .toList(),
                store.countEvents(device.id(), AuditEvent.Action.DEVICE_CAME_BACK, device.stateSince()),
                renewal.renewal());
    }
}
