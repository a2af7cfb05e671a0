package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** When the end of a device is looked at again: what was removed may come back. */
final class Rechecks {

    private static final List<Duration> AFTER = List.of(Duration.ofHours(1), Duration.ofHours(24));

    private Rechecks() {}

    /** The next time after {@code now}; empty for a device in service, and after the last one. */
    static Optional<Instant> next(Optional<Device> device, Instant now) {
        return device.filter(found -> found.state() == DeviceState.DECOMMISSIONED)
                .flatMap(out -> AFTER.stream()
                        .map(out.stateSince()::plus)
                        .filter(now::isBefore)
                        .findFirst());
    }
}
