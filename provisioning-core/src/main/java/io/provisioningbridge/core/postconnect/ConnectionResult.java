package io.provisioningbridge.core.postconnect;

import io.provisioningbridge.core.domain.Device;

/** What became of a word that a device has connected. */
public sealed interface ConnectionResult {

    /** The device is connected by this, and nothing is left to do. */
    record Provisioned(Device device) implements ConnectionResult {}

    /** It was connected before, and nothing was left to do. */
    record AlreadyProvisioned(Device device) implements ConnectionResult {}

    /** Something is left to do, and is going to be done. */
    record Pending(Device device) implements ConnectionResult {}

    /**
     * No device goes by this id in this spelling.
     *
     * @param reason for people
     */
    record Ignored(String reason) implements ConnectionResult {}

    /**
     * The device must not be there: what keeps it out is looked after.
     *
     * @param reason for people
     */
    record Refused(Device device, String reason) implements ConnectionResult {}
}
