package io.provisioningbridge.core.domain;

/** The outside systems that are kept as the store says they should be, each for itself. */
public enum Backend {
    /** The certificate authority: what has to be revoked, is. */
    CERTIFICATE_AUTHORITY,
    /** The tunnel server: it knows the peers it should, and no other of ours. */
    TUNNEL
}
