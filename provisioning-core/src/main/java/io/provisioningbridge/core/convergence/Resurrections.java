package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Tells what a device left behind where it had been removed, or not yet been removed, from what is its own. */
final class Resurrections {

    private static final Logger LOG = System.getLogger(Resurrections.class.getName());
    private static final Duration BETWEEN_MANY = Duration.ofHours(1);

    private final DeviceStore store;

    Resurrections(DeviceStore store) {
        this.store = store;
    }

    /** Whether the lane's system was seen without the device since that was taken out of service. */
    static boolean wasRemoved(Task task, Optional<Device> device) {
        // Taking it out of service made the lane forget what had been observed until then.
        return device.filter(found -> found.state() == DeviceState.DECOMMISSIONED)
                        .isPresent()
                && task.lane().observation().isPresent();
    }

    /** Whether an earlier life of the device may still be there, which was never seen gone before this one began. */
    static boolean isLeftOver(Task task, Device device) {
        return device.incarnation().number() > 1
                && task.lane().state() != Lane.State.DONE
                && task.lane().since().isBefore(device.enrolled());
    }

    /**
     * Before it is removed again, so that a removal that fails is noted too; once however often that is tried. Of a device that
     * comes back again and again one return an hour is noted, since nobody learns anything from the others.
     */
    void note(Task task, Device device, String where, Instant now) {
        Returns before = Returns.of(store, device.id(), where);
        boolean areMany = before.areMany(now);
        // One that was made anew in the midst of its removal was never seen gone.
        Instant gone = task.lane().observation().map(Observation::at).orElse(device.stateSince());
        if (before.isAnyAfter(gone) || (areMany && before.isAnyAfter(now.minus(BETWEEN_MANY)))) {
            return;
        }
        LOG.log(
                Level.WARNING,
                areMany
                        ? "{0}: it is out of service and keeps coming back to {1}, where it is removed each time; whatever"
                                + " brings it back has to be stopped"
                        : "{0}: it is out of service and came back to {1}; it is removed again",
                device.id(),
                where);
        // Refused when it was readmitted meanwhile: then it did not come back, but is new.
        store.commit(new Change.CameBack(
                device.id(),
                device.incarnation(),
                new AuditEvent(
                        now, device.id().key(), AuditEvent.Action.DEVICE_CAME_BACK, "bridge", Returns.text(where))));
    }
}
