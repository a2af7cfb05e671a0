package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.DeviceId;
import java.util.Set;

/**
 * Compares one place with the store. Methods throw the two backend exceptions when either cannot be read, also when the
 * thread is interrupted; what was found until then holds.
 */
interface Inspection {

    Place place();

    /** Compares all there is. */
    void all(Findings found);

    /** Compares as far as these devices go. */
    void some(Set<DeviceId> devices, Findings found);
}
