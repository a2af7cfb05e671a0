package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.DeviceId;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who may enroll: for the first time everybody, but under no reserved name, and again as {@link Reenrollment} says. A
 * certificate for the name of one of our own servers would let a device pose as that server wherever the issuing CA is
 * trusted.
 */
public final class EnrollmentPolicy {

    private static final String ALWAYS_RESERVED = "localhost";

    /** Throw-away devices that the set-up makes, and deletes, at a platform are called so. */
    private static final String OWN_PREFIX = "bridge-setup-";

    private final Set<String> reservedKeys;
    private final Reenrollment reenrollment;

    private EnrollmentPolicy(Set<String> reservedKeys, Reenrollment reenrollment) {
        this.reservedKeys = reservedKeys;
        this.reenrollment = reenrollment;
    }

    /** @param reservedNames names no new device may have, in any spelling; {@code localhost} and what begins with
     *     {@code bridge-setup-} always are */
    public static EnrollmentPolicy open(Set<String> reservedNames) {
        return new EnrollmentPolicy(
                Stream.concat(Stream.of(ALWAYS_RESERVED), reservedNames.stream())
                        .map(DeviceId::keyOf)
                        .collect(Collectors.toUnmodifiableSet()),
                Reenrollment.PROOF);
    }

    /** The same, with another rule for devices that are known; {@link Reenrollment#PROOF} without it. */
    public EnrollmentPolicy with(Reenrollment rule) {
        return new EnrollmentPolicy(reservedKeys, rule);
    }

    /** Whether a device may not enroll under this id for the first time. Devices already enrolled keep theirs. */
    public boolean reserves(DeviceId id) {
        return id.key().startsWith(OWN_PREFIX) || reservedKeys.contains(id.key());
    }

    /** What it takes to change a key of a known device. */
    public Reenrollment reenrollment() {
        return reenrollment;
    }
}
