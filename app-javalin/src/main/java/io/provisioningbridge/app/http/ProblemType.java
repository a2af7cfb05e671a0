package io.provisioningbridge.app.http;

import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.DeferralReason;
import io.provisioningbridge.core.enrollment.RefusalReason;

/** Every kind of problem the edge can tell of: its HTTP status, its stable code, and a title for people. */
enum ProblemType {
    BAD_REQUEST(400, "bad-request", "The request is not proper HTTP"),
    MALFORMED_BODY(400, "malformed-body", "The body is not the JSON that is expected"),
    NOT_FOUND(404, "not-found", "There is nothing here"),
    METHOD_NOT_ALLOWED(405, "method-not-allowed", "This method is not for this resource"),
    REQUEST_TIMEOUT(408, "request-timeout", "The request came too slowly"),
    BODY_TOO_LARGE(413, "body-too-large", "The body is too large"),
    URI_TOO_LONG(414, "uri-too-long", "The URI is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "The body is not of a type that is taken here"),
    EXPECTATION_FAILED(417, "expectation-failed", "The expectation cannot be met"),
    UPGRADE_REQUIRED(426, "upgrade-required", "Another version of HTTP is needed"),
    HEADERS_TOO_LARGE(431, "headers-too-large", "The header fields are too large"),
    INTERNAL_ERROR(500, "internal-error", "The bridge has failed"),
    NOT_IMPLEMENTED(501, "not-implemented", "The bridge cannot do that"),
    HTTP_VERSION_NOT_SUPPORTED(505, "http-version-not-supported", "This version of HTTP is not spoken"),

    TLS_PENDING(503, "tls-pending", "The bridge has no TLS certificate yet"),
    BUSY(503, "busy", "Too many requests are waiting"),
    TRUST_ANCHORS_UNKNOWN(503, "trust-anchors-unknown", "The certificate authority is not known yet"),
    NOT_READY(503, "not-ready", "The bridge is not ready"),

    MALFORMED_SIGNED_REQUEST(400, "malformed-signed-request", "The signed request cannot be read"),
    WRONG_SIGNATURE(403, "wrong-signature", "The request's signature is wrong"),
    MEMBER_MISSING(422, "member-missing", "A required member is missing"),
    INVALID_DEVICE_ID(422, "invalid-device-id", "The device id is not allowed"),
    RESERVED_DEVICE_ID(422, "reserved-device-id", "The device id is reserved"),
    CSR_TOO_LARGE(413, "csr-too-large", "The certificate request is too large"),
    CSR_UNREADABLE(422, "csr-unreadable", "The certificate request cannot be read"),
    CSR_KEY_NOT_ALLOWED(422, "csr-key-not-allowed", "The certificate request's key is not allowed"),
    CSR_SIGNATURE_ALGORITHM_NOT_ALLOWED(
            422, "csr-signature-algorithm-not-allowed", "The certificate request's signature algorithm is not allowed"),
    CSR_POSSESSION_NOT_PROVEN(
            422, "csr-possession-not-proven", "The certificate request is not signed with its own key"),
    CSR_SUBJECT_MISMATCH(422, "csr-subject-mismatch", "The certificate request's subject is not the device"),
    CSR_ALTERNATIVE_NAME_MISMATCH(
            422, "csr-alternative-name-mismatch", "The certificate request asks for a name that is not the device's"),
    INVALID_WIREGUARD_KEY(422, "invalid-wireguard-key", "The WireGuard public key is not valid"),
    DEVICE_SUSPENDED(403, "device-suspended", "The device is suspended"),
    DEVICE_DECOMMISSIONED(410, "device-decommissioned", "The device was taken out of service"),
    OTHER_SPELLING(409, "other-spelling", "The device is enrolled in another spelling of its id"),
    OTHER_KEY(409, "other-key", "The device is enrolled with another key"),
    OTHER_WIREGUARD_KEY(409, "other-wireguard-key", "The device has another WireGuard key"),
    WIREGUARD_KEY_LOST(409, "wireguard-key-lost", "The device's WireGuard private key cannot be given again"),
    CERTIFICATE_REVOKED(409, "certificate-revoked", "The certificate of this key was taken back"),
    KEY_IN_USE(409, "key-in-use", "The certificate key belongs to another device"),
    WIREGUARD_KEY_IN_USE(409, "wireguard-key-in-use", "The WireGuard key belongs to another device"),
    REENROLLMENT_OFF(409, "reenrollment-off", "The certificate has expired and is not renewed any more"),
    REFUSED_BY_AUTHORITY(422, "refused-by-authority", "The certificate authority does not certify this request"),
    AUTHORITY_FAULT(502, "authority-fault", "The certificate authority did not work as it should"),
    AUTHORITY_UNAVAILABLE(503, "authority-unavailable", "The certificate authority cannot be reached"),
    POOL_EXHAUSTED(503, "pool-exhausted", "No tunnel address is free"),
    STORE_UNAVAILABLE(503, "store-unavailable", "The bridge cannot store anything"),
    IN_PROGRESS(503, "in-progress", "The same enrollment is under way"),

    INVALID_SERIAL(422, "invalid-serial", "The serial number is not one"),
    UNKNOWN_CERTIFICATE(409, "unknown-certificate", "The device has no such certificate"),
    WRONG_SIGNER(403, "wrong-signer", "The signer is not the certificate that is confirmed"),
    CONFIRMATION_DEFERRED(503, "confirmation-deferred", "The confirmation cannot be taken now"),

    WEBHOOK_SECRET_NEEDED(401, "webhook-secret-needed", "The webhook's secret is needed"),

    TOKEN_NEEDED(401, "token-needed", "A valid token is needed"),
    OPERATORS_ONLY(403, "operators-only", "A viewer may only look"),
    INVALID_PARAMETER(400, "invalid-parameter", "A query parameter is not acceptable"),
    ALLOWANCES_OFF(409, "allowances-off", "Allowances do not count here"),
    INVALID_KEY_HASH(422, "invalid-key-hash", "The key's hash is not one"),
    UNKNOWN_DEVICE(404, "unknown-device", "There is no such device"),
    NOT_DECOMMISSIONED(404, "not-decommissioned", "The device was not taken out of service"),
    WRONG_STATE(409, "wrong-state", "The device's state does not allow this"),
    STILL_LEAVING(409, "still-leaving", "The tunnel server has not let the device go yet"),
    CHANGING(503, "changing", "The device is being changed by others"),
    INVALID_REASON(422, "invalid-reason", "The reason cannot be written down"),
    INVALID_SYSTEM(422, "invalid-system", "There is no such system"),
    UNKNOWN_LANE(404, "unknown-lane", "Nothing was ever to be done there"),
    NOT_COMPARED_YET(409, "not-compared-yet", "Nothing was compared yet");

    // A tag URI (RFC 4151) names the type without promising a page behind it, as RFC 9457 section 3.1.1 allows.
    private static final String TYPE_PREFIX = "tag:provisioningbridge.io,2026:problem:";

    private final int status;
    private final String code;
    private final String title;

    ProblemType(int status, String code, String title) {
        this.status = status;
        this.code = code;
        this.title = title;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String title() {
        return title;
    }

    /** The problem document's {@code type}. */
    String uri() {
        return TYPE_PREFIX + code;
    }

    static ProblemType of(RefusalReason reason) {
        return switch (reason) {
            case INVALID_DEVICE_ID -> INVALID_DEVICE_ID;
            case RESERVED_DEVICE_ID -> RESERVED_DEVICE_ID;
            case CSR_TOO_LARGE -> CSR_TOO_LARGE;
            case CSR_UNREADABLE -> CSR_UNREADABLE;
            case CSR_KEY_NOT_ALLOWED -> CSR_KEY_NOT_ALLOWED;
            case CSR_SIGNATURE_ALGORITHM_NOT_ALLOWED -> CSR_SIGNATURE_ALGORITHM_NOT_ALLOWED;
            case CSR_POSSESSION_NOT_PROVEN -> CSR_POSSESSION_NOT_PROVEN;
            case CSR_SUBJECT_MISMATCH -> CSR_SUBJECT_MISMATCH;
            case CSR_ALTERNATIVE_NAME_MISMATCH -> CSR_ALTERNATIVE_NAME_MISMATCH;
            case INVALID_PEER_KEY -> INVALID_WIREGUARD_KEY;
            case DEVICE_SUSPENDED -> DEVICE_SUSPENDED;
            case DEVICE_DECOMMISSIONED -> DEVICE_DECOMMISSIONED;
            case OTHER_SPELLING -> OTHER_SPELLING;
            case OTHER_KEY -> OTHER_KEY;
            case OTHER_PEER_KEY -> OTHER_WIREGUARD_KEY;
            case PEER_KEY_LOST -> WIREGUARD_KEY_LOST;
            case CERTIFICATE_REVOKED -> CERTIFICATE_REVOKED;
            case CERTIFICATE_KEY_IN_USE -> KEY_IN_USE;
            case PEER_KEY_IN_USE -> WIREGUARD_KEY_IN_USE;
            case REENROLLMENT_OFF -> REENROLLMENT_OFF;
            case REFUSED_BY_AUTHORITY -> REFUSED_BY_AUTHORITY;
            case AUTHORITY_FAULT -> AUTHORITY_FAULT;
        };
    }

    static ProblemType of(ConfirmationResult.Reason reason) {
        return switch (reason) {
            case INVALID_DEVICE_ID -> INVALID_DEVICE_ID;
            case INVALID_SERIAL -> INVALID_SERIAL;
            case UNKNOWN_CERTIFICATE -> UNKNOWN_CERTIFICATE;
            case WRONG_SIGNER -> WRONG_SIGNER;
            case CERTIFICATE_REVOKED -> CERTIFICATE_REVOKED;
            case DEVICE_SUSPENDED -> DEVICE_SUSPENDED;
            case DEVICE_DECOMMISSIONED -> DEVICE_DECOMMISSIONED;
        };
    }

    static ProblemType of(DeferralReason reason) {
        return switch (reason) {
            case AUTHORITY_UNAVAILABLE -> AUTHORITY_UNAVAILABLE;
            case POOL_EXHAUSTED -> POOL_EXHAUSTED;
            case STORE_UNAVAILABLE -> STORE_UNAVAILABLE;
            case IN_PROGRESS -> IN_PROGRESS;
        };
    }
}
