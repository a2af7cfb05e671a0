package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.convergence.Returns;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.DeviceStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;

/**
 * Tells which devices out of service come back to a system again and again: a comparison would only see them by chance,
 * because they are removed each time. Safe for concurrent use.
 */
final class Returning {

    private final DeviceStore store;
    private final InstantSource clock;

    Returning(DeviceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** @param where the system, as it is called in the audit trail */
    void find(FindingType type, String where, Findings found) {
        Fleet.forEach(store, EnumSet.of(DeviceState.DECOMMISSIONED), device -> find(type, device.id(), where, found));
    }

    private void find(FindingType type, DeviceId device, String where, Findings found) {
        Returns returns = Returns.of(store, device, where);
        if (returns.areMany(clock.instant())) {
            Instant last = returns.latest().get(returns.latest().size() - 1).at();
            found.add(Finding.of(
                    type, device, "the device is decommissioned, and is removed each time; lately at " + last));
        }
    }
}
