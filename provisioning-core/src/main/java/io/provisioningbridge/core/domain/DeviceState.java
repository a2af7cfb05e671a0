package io.provisioningbridge.core.domain;

/** Where a device stands in its life. A device that never got a certificate has no record and so no state. */
public enum DeviceState {
    /** It was handed a certificate and an address. */
    ENROLLED,
    /** It was seen on the platform. */
    CONNECTED,
    /** An operator has shut it out for the time being. */
    SUSPENDED,
    /** It is out, and its id refused, until an operator readmits it. */
    DECOMMISSIONED
}
