package io.provisioningbridge.core.enrollment;

import java.time.Duration;
import java.util.function.Function;

/** What became of a confirmation. Texts named {@code detail} may be shown to the device. */
public sealed interface ConfirmationResult {

    /** The certificate is the device's current one, now or already. */
    record Confirmed() implements ConfirmationResult {}

    /** No. */
    record Refused(Reason reason, String detail) implements ConfirmationResult {}

    /** Not now; the same request may succeed later. */
    record Deferred(String detail, Duration retryAfter) implements ConfirmationResult {}

    /** Why not. */
    enum Reason {
        INVALID_DEVICE_ID,
        INVALID_SERIAL,
        /** No such device, or no such certificate of it. */
        UNKNOWN_CERTIFICATE,
        /** The request is not signed with the key of the certificate it confirms. */
        WRONG_SIGNER,
        /** The certificate was taken back. */
        CERTIFICATE_REVOKED,
        DEVICE_SUSPENDED,
        DEVICE_DECOMMISSIONED
    }

    /** All cases answered at once. */
    default <R> R fold(
            Function<Confirmed, ? extends R> whenConfirmed,
            Function<Refused, ? extends R> whenRefused,
            Function<Deferred, ? extends R> whenDeferred) {
        if (this instanceof Confirmed confirmed) {
            return whenConfirmed.apply(confirmed);
        }
        if (this instanceof Refused refused) {
            return whenRefused.apply(refused);
        }
        return whenDeferred.apply((Deferred) this);
    }
}
