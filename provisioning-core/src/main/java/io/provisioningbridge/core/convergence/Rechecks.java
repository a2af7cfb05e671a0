package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** When the end of a device is looked at again: what was removed may come back. */
final class Rechecks {

    private final List<Duration> after;

    /** @param pollingInterval how often devices ask the update server: one that is still at large asks once more */
    Rechecks(Duration pollingInterval) {
        this.after = List.of(pollingInterval, Duration.ofHours(1), Duration.ofHours(24));
    }

    /** The next time after {@code now}; empty for a device in service, and after the last one. */
    Optional<Instant> next(Optional<Device> device, Instant now) {
        return device.filter(found -> found.state() == DeviceState.DECOMMISSIONED)
                .flatMap(out -> after.stream()
                        .map(out.stateSince()::plus)
                        .filter(now::isBefore)
                        .findFirst());
    }
}
