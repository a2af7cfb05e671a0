package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/** The devices that somebody said something about, and that were not looked at to the end since. Not safe for concurrent use. */
final class Asked {

    private static final int MOST = 10_000;

    private final Set<DeviceId> atOnce = new LinkedHashSet<>();
    private final Set<DeviceId> later = new LinkedHashSet<>();
    private final Waits waits = new Waits(Duration.ofSeconds(30), Duration.ofMinutes(15));
    private Instant laterFrom = Instant.MIN;

    /** @return false when there are so many that they are better looked at with all others */
    boolean add(DeviceId device) {
        if (later.contains(device) || atOnce.contains(device)) {
            return true;
        }
        return size() < MOST && atOnce.add(device);
    }

    /** Those to be looked at now, which are forgotten here. */
    Set<DeviceId> take(Instant now) {
        Set<DeviceId> taken = new LinkedHashSet<>(atOnce);
        atOnce.clear();
        if (!now.isBefore(laterFrom)) {
            taken.addAll(later);
            later.clear();
        }
        return taken;
    }

    /** All of them. */
    Set<DeviceId> takeAll() {
        laterFrom = Instant.MIN;
        return take(Instant.MAX);
    }

    /** They could not be looked at to the end. @return when they are to be looked at again, later each time */
    Instant putBack(Set<DeviceId> devices, Instant now) {
        if (!devices.isEmpty()) {
            later.addAll(devices);
            laterFrom = now.plus(waits.next());
        }
        return laterFrom;
    }

    /** Some could. */
    void succeeded() {
        waits.startAgain();
    }

    private int size() {
        return atOnce.size() + later.size();
    }
}
