package io.provisioningbridge.core.port;

/** What an authority may be able to say of itself: whether a certificate can be renewed there, behind the bridge's back. */
public interface RenewalControl {

    /** Whether holders can renew certificates at the authority itself. */
    enum Renewal {
        /** They can; whoever renewed one before it was revoked has one the bridge knows nothing of. */
        POSSIBLE,
        DISABLED,
        /** The authority has not said. */
        UNKNOWN
    }

    /** As far as it is known now; answered from memory. Safe for concurrent use. */
    Renewal renewal();
}
