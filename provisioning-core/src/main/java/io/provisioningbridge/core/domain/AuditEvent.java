package io.provisioningbridge.core.domain;

import java.time.Instant;

/**
 * One line of the audit trail, written in the same transaction as the change it tells of.
 *
 * @param at when
 * @param subject the device id's {@link DeviceId#key()}, or empty when the event is not about one device
 * @param action what was done
 * @param cause who or what asked for it: a request id, an operator's name, or {@code bridge}
 * @param detail for people; holds no secret
 */
public record AuditEvent(Instant at, String subject, Action action, String cause, String detail) {

    /** What can be done. */
    public enum Action {
        ISSUANCE_STARTED,
        ISSUANCE_FAILED,
        DEVICE_ENROLLED,
        CERTIFICATE_REISSUED,
        CERTIFICATE_REJECTED,
        PEER_REPLACED,
        CERTIFICATE_REVOKED,
        ADDRESSES_IMPORTED,
        CERTIFICATE_SEEN,
        REENROLLMENT_REFUSED,
        REENROLLMENT_ALLOWED,
        DEVICE_SUSPENDED,
        DEVICE_RESUMED,
        DEVICE_DECOMMISSIONED,
        ADDRESS_RELEASED,
        DEVICE_READMITTED,
        LANES_MARKED_DUE,
        DEVICE_CONNECTED,
        DEVICE_CAME_BACK
    }
}
