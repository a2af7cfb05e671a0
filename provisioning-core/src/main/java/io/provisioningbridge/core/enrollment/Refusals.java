package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.enrollment.EnrollmentResult.Refused;
import java.util.Optional;

/** Refusals of devices that are known, in words that tell what to do. */
final class Refusals {

    private static final String CURE = " Send the request signed with the device's current certificate key, or ask an"
            + " operator to allow this key (key_sha256).";

    private Refusals() {}

    /** For a device that is shut out, or goes by another spelling. */
    static Optional<Refused> outside(Application application, Device device) {
        if (device.state() == DeviceState.DECOMMISSIONED) {
            return Optional.of(application.refuse(
                    RefusalReason.DEVICE_DECOMMISSIONED,
                    "The device was taken out of service; only an operator can readmit it."));
        }
        if (!device.id().equals(application.id())) {
            return Optional.of(otherSpelling(application));
        }
        if (device.state() == DeviceState.SUSPENDED) {
            return Optional.of(application.refuse(
                    RefusalReason.DEVICE_SUSPENDED, "The device is suspended; an operator can resume it."));
        }
        return Optional.empty();
    }

    static Refused otherSpelling(Application application) {
        return application.refuse(
                RefusalReason.OTHER_SPELLING,
                "A device with this id in another spelling exists; use the id exactly as it was first enrolled.");
    }

    static Refused otherKey(Application application) {
        return application.refuse(RefusalReason.OTHER_KEY, "This id is enrolled with another certificate key." + CURE);
    }

    static Refused otherPeerKey(Application application) {
        return application.refuse(
                RefusalReason.OTHER_PEER_KEY, "The device has another WireGuard key; send that one." + CURE);
    }

    static Refused peerKeyLost(Application application) {
        return application.refuse(
                RefusalReason.PEER_KEY_LOST,
                "The bridge made this device's WireGuard pair and does not keep private keys. Send the public key the"
                        + " device has." + CURE);
    }

    static Refused certificateRevoked(Application application) {
        return application.refuse(
                RefusalReason.CERTIFICATE_REVOKED,
                "The certificate of this key was taken back and the key never returns; make a new key.");
    }

    static Refused reenrollmentOff(Application application) {
        return application.refuse(
                RefusalReason.REENROLLMENT_OFF,
                "The certificate has expired, and this bridge renews only before that; an operator has to look.");
    }
}
