package io.provisioningbridge.core.operation;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;

/** What became of an operator's wish for a device's state. */
public sealed interface LifecycleResult {

    /** @param device as it is now; it was so before, or is by this */
    record Settled(Device device) implements LifecycleResult {}

    /** No device goes by that id, and none is being enrolled under it. */
    record UnknownDevice() implements LifecycleResult {}

    /**
     * A device in this state cannot get there.
     *
     * @param state as it is
     */
    record WrongState(DeviceState state) implements LifecycleResult {}

    /** Its tunnel address is not free yet: the tunnel server may still know it. */
    record StillLeaving() implements LifecycleResult {}

    /** Others change the device all the time; try again. */
    record Busy() implements LifecycleResult {}
}
