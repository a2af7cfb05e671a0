package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.DeviceId;
import java.util.Optional;

/**
 * One thing that is not as the store says.
 *
 * @param type what kind of thing
 * @param subject the device's id; for what is not the bridge's, what it goes by where it was found
 * @param device whose it is; empty for what is not the bridge's, or is no device of it
 * @param detail for people; holds no secret
 */
public record Finding(FindingType type, String subject, Optional<DeviceId> device, String detail) {

    static Finding of(FindingType type, DeviceId device, String detail) {
        return new Finding(type, device.text(), Optional.of(device), detail);
    }

    static Finding foreign(FindingType type, String subject, String detail) {
        return new Finding(type, subject, Optional.empty(), detail);
    }
}
