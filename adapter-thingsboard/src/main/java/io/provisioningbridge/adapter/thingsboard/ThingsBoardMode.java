package io.provisioningbridge.adapter.thingsboard;

/** How the device profile admits devices. */
public enum ThingsBoardMode {
    /**
     * The profile provisions nothing: a device is admitted with exactly the certificate the bridge stored for it, and one
     * that is removed is refused.
     */
    MANAGED,
    /**
     * The profile holds an authority's certificate: ThingsBoard itself stores whichever certificate of that authority a known
     * device presents, a superseded one included. Should the profile also make devices, against advice, a device that was
     * deleted is there again as soon as it reconnects; only one that stays and cannot connect is out.
     */
    CHAIN
}
