package io.provisioningbridge.core.enrollment;

/** Why an enrollment could not be done now: the same request may succeed later. */
public enum DeferralReason {
    /** The authority is not reached, not ready or too slow. */
    AUTHORITY_UNAVAILABLE,
    /** There is no tunnel address to give. */
    POOL_EXHAUSTED,
    /** The store cannot be read or written. */
    STORE_UNAVAILABLE,
    /** The same enrollment is under way. */
    IN_PROGRESS
}
