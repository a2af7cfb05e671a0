package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Optional;

/** Notes which devices out of service were found again where they had been removed. */
final class Resurrections {

    private static final Logger LOG = System.getLogger(Resurrections.class.getName());

    private final DeviceStore store;

    Resurrections(DeviceStore store) {
        this.store = store;
    }

    /** Whether the lane's system was seen without the device since that was taken out of service. */
    static boolean wasRemoved(Task task, Optional<Device> device) {
        return device.filter(found -> found.state() == DeviceState.DECOMMISSIONED)
                .flatMap(out ->
                        task.lane().observation().filter(seen -> seen.at().isAfter(out.stateSince())))
                .isPresent();
    }

    /** Before it is removed again, so that a removal that fails is noted too; once however often that is tried. */
    void note(Task task, Device device, String where, Instant now) {
        if (task.lane().attempts() > 0) {
            return;
        }
        LOG.log(
                Level.WARNING,
                "{0}: it is out of service and came back to {1}; it is removed again",
                device.id(),
                where);
        // Refused when it was readmitted meanwhile: then it did not come back, but is new.
        store.commit(new Change.CameBack(
                device.id(),
                device.incarnation(),
                new AuditEvent(
                        now,
                        device.id().key(),
                        AuditEvent.Action.DEVICE_CAME_BACK,
                        "bridge",
                        "found again at " + where)));
    }
}
