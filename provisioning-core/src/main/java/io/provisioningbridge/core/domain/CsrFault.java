package io.provisioningbridge.core.domain;

/** What can be wrong with a certificate request, in the order it is judged. */
public enum CsrFault {
    TOO_LARGE,
    UNREADABLE,
    KEY_NOT_ALLOWED,
    SIGNATURE_ALGORITHM_NOT_ALLOWED,
    POSSESSION_NOT_PROVEN,
    SUBJECT_MISMATCH,
    ALTERNATIVE_NAME_MISMATCH
}
