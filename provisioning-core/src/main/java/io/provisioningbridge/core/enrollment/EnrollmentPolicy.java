package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.DeviceId;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may enroll for the first time: everybody, but under no reserved name. A certificate for the name of one of our own
 * servers would let a device pose as that server wherever the issuing CA is trusted.
 */
public final class EnrollmentPolicy {

    private static final String ALWAYS_RESERVED = "localhost";

    private final Set<String> reservedKeys;

    private EnrollmentPolicy(Set<String> reservedKeys) {
        this.reservedKeys = reservedKeys;
    }

    /** @param reservedNames names no new device may have, in any spelling; {@code localhost} is always one */
    public static EnrollmentPolicy open(Set<String> reservedNames) {
        Set<String> keys = reservedNames.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        keys.add(ALWAYS_RESERVED);
        return new EnrollmentPolicy(Set.copyOf(keys));
    }

    /** Whether a device may not enroll under this id for the first time. Devices already enrolled keep theirs. */
    public boolean reserves(DeviceId id) {
        return reservedKeys.contains(id.key());
    }
}
