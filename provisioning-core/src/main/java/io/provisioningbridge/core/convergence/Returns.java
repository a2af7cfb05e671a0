package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.DeviceStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * When a device out of service was found again at one system, as far as that was noted lately.
 *
 * @param latest oldest first
 */
public record Returns(List<AuditEvent> latest) {

    private static final int LOOKED_AT = 20;
    private static final int SEVERAL = 5;
    private static final Duration LATELY = Duration.ofDays(1);

    public Returns {
        latest = List.copyOf(latest);
    }

    /** @param where the system, as it is called in the audit trail */
    public static Returns of(DeviceStore store, DeviceId device, String where) {
        return new Returns(store.latestEvents(device, AuditEvent.Action.DEVICE_CAME_BACK, LOOKED_AT).stream()
                .filter(event -> event.detail().equals(text(where)))
                .toList());
    }

    static String text(String where) {
        return "found again at " + where;
    }

    /** Whether something brings it back again and again, and removing it does not help. */
    public boolean areMany(Instant now) {
        return latest.stream()
                        .filter(event -> event.at().isAfter(now.minus(LATELY)))
                        .count()
                >= SEVERAL;
    }

    /** Whether one was noted after that. */
    boolean isAnyAfter(Instant time) {
        return latest.stream().anyMatch(event -> event.at().isAfter(time));
    }
}
