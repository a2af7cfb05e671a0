package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** When the end of a device is looked at again: what was removed may come back. */
final class Rechecks {

    // From one look to the next, each longer than the one before.
    private final List<Duration> waits = new ArrayList<>();

    /** @param pollingInterval how often devices ask the update server: one that is still at large asks once more */
    Rechecks(Duration pollingInterval) {
        Duration before = Duration.ZERO;
        List<Duration> after = Stream.of(pollingInterval, Duration.ofHours(1), Duration.ofHours(24))
                .sorted()
                .distinct()
                .toList();
        for (Duration time : after) {
            waits.add(time.minus(before));
            before = time;
        }
    }

    /**
     * The next time: one polling interval, an hour and a day after the device was first found gone, however late that was, or
     * was found again. Empty for a device in service, and after the last one.
     */
    Optional<Instant> next(Task task, Optional<Device> device, boolean cameBack, Instant now) {
        if (device.filter(found -> found.state() == DeviceState.DECOMMISSIONED).isEmpty()) {
            return Optional.empty();
        }
        Optional<Duration> waited = task.lane()
                .observation()
                .filter(gone -> !cameBack)
                .map(Observation::at)
                .map(before -> Duration.between(before, now));
        return waits.stream()
                .filter(wait -> waited.isEmpty() || wait.compareTo(waited.get()) > 0)
                .findFirst()
                .map(now::plus);
    }
}
