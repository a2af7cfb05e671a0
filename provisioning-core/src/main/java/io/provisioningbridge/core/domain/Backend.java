package io.provisioningbridge.core.domain;

/** The outside systems that are kept as the store says they should be, each for itself. */
public enum Backend {
    /** The certificate authority: what has to be revoked, is. */
    CERTIFICATE_AUTHORITY,
    /** The tunnel server: it knows the peers it should, and no other of ours. */
    TUNNEL,
    /** The update server: it knows devices that connected once as its targets. */
    UPDATE_SERVER,
    /** The platform devices connect to: it admits them with the certificate that counts, and tells who connected. */
    PLATFORM
}
