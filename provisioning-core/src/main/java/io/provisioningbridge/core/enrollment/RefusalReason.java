package io.provisioningbridge.core.enrollment;

/** Why an enrollment was refused: the same request will be refused again until something else changes. */
public enum RefusalReason {
    INVALID_DEVICE_ID,
    RESERVED_DEVICE_ID,
    CSR_TOO_LARGE,
    CSR_UNREADABLE,
    CSR_KEY_NOT_ALLOWED,
    CSR_SIGNATURE_ALGORITHM_NOT_ALLOWED,
    CSR_POSSESSION_NOT_PROVEN,
    CSR_SUBJECT_MISMATCH,
    CSR_ALTERNATIVE_NAME_MISMATCH,
    INVALID_PEER_KEY,
    /** An operator has shut the device out for the time being. */
    DEVICE_SUSPENDED,
    /** The device was taken out of service. */
    DEVICE_DECOMMISSIONED,
    /** The device is enrolled, or being enrolled, in another spelling of its id. */
    OTHER_SPELLING,
    /** The device is enrolled, or being enrolled, with another certificate key. */
    OTHER_KEY,
    /** The device has another WireGuard key. */
    OTHER_PEER_KEY,
    /** The bridge made the WireGuard pair too long ago to make another without proof. */
    PEER_KEY_LOST,
    /** The device's certificate for this key was taken back. */
    CERTIFICATE_REVOKED,
    /** Another device has this certificate key. */
    CERTIFICATE_KEY_IN_USE,
    /** Another device has this WireGuard key. */
    PEER_KEY_IN_USE,
    /** The certificate expired, and this bridge renews only before that. */
    REENROLLMENT_OFF,
    /** The authority will not certify this request. */
    REFUSED_BY_AUTHORITY,
    /** The authority is set up wrongly or sent something that cannot be handed out. */
    AUTHORITY_FAULT
}
