package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** What became of an enrollment. Texts named {@code detail} may be shown to the device; they say what to do. */
public sealed interface EnrollmentResult {

    /**
     * The device is enrolled: now, or already with this very key.
     *
     * @param deviceId in the spelling of first enrollment
     * @param certificatePem the leaf
     * @param chainPem every certificate above it, issuing CA first, root last
     * @param tunnelConfiguration text of {@code wg0.conf}; holds a private key when the bridge made the pair
     * @param address inside the tunnel
     * @param notAfter end of the certificate
     * @param renewAfter when to renew it
     * @param targetToken what the device shows to the update server, where the bridge chose that
     */
    record Enrolled(
            DeviceId deviceId,
            String certificatePem,
            String chainPem,
            String tunnelConfiguration,
            TunnelAddress address,
            Instant notAfter,
            Instant renewAfter,
            Optional<Secret> targetToken)
            implements EnrollmentResult {

        /** Without the configuration, which may hold a private key. */
        @Override
        public String toString() {
            return "Enrolled[" + deviceId + ", " + address + ", until " + notAfter + "]";
        }
    }

    /**
     * No, and the same request will not succeed by itself.
     *
     * @param attemptedKey the key of the request, where it was judged so far: an operator can allow it
     */
    record Refused(RefusalReason reason, String detail, Optional<KeyHash> attemptedKey) implements EnrollmentResult {}

    /**
     * Not now.
     *
     * @param retryAfter how long to wait at least; positive
     */
    record Deferred(DeferralReason reason, String detail, Duration retryAfter) implements EnrollmentResult {}

    /** All cases answered at once, so that none can be forgotten. */
    default <R> R fold(
            Function<Enrolled, ? extends R> whenEnrolled,
            Function<Refused, ? extends R> whenRefused,
            Function<Deferred, ? extends R> whenDeferred) {
        if (this instanceof Enrolled enrolled) {
            return whenEnrolled.apply(enrolled);
        }
        if (this instanceof Refused refused) {
            return whenRefused.apply(refused);
        }
        return whenDeferred.apply((Deferred) this);
    }
}
