package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a system that was brought to where it should be is looked at once more. */
final class SecondLook {

    private final Rechecks rechecks;
    private final Duration deadline;

    /** @param deadline the longest time a call to the system takes */
    SecondLook(Rechecks rechecks, Duration deadline) {
        this.rechecks = rechecks;
        this.deadline = deadline;
    }

    /**
     * Whoever lost the lane may still be in the middle of a call: once that has ended, what it did shows. So does what a call
     * did that was given up, and that would let a device in again that is suspended since.
     */
    Optional<Instant> at(Task task, Optional<Device> device, boolean cameBack, Instant now) {
        return task.takenOver()
                        || device.filter(found -> isNewlySuspended(task, found)).isPresent()
                ? Optional.of(now.plus(deadline))
                : rechecks.next(task, device, cameBack, now);
    }

    private static boolean isNewlySuspended(Task task, Device device) {
        return device.state() == DeviceState.SUSPENDED
                && task.lane()
                        .observation()
                        .filter(seen -> !seen.at().isBefore(device.stateSince()))
                        .isEmpty();
    }
}
