package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import java.time.Instant;
import java.util.Optional;

/** A request whose shape was judged and found good. */
record Application(
        DeviceId id,
        CertificateSigningRequest csr,
        Optional<PeerKey> peerKey,
        Device.Labels labels,
        boolean confirms,
        Optional<RequestSignature> signature,
        String cause,
        String source,
        boolean takesTargetToken) {

    static Application of(
            EnrollmentRequest request,
            DeviceId id,
            CertificateSigningRequest csr,
            Optional<PeerKey> peerKey,
            Device.Labels labels) {
        return new Application(
                id,
                csr,
                peerKey,
                labels,
                request.confirms(),
                request.signature(),
                request.cause(),
                request.source(),
                request.takesTargetToken());
    }

    KeyHash key() {
        return csr.keyHash();
    }

    /** The digest of a signed request, empty for others. */
    String digest() {
        return signature.map(RequestSignature::digest).orElse("");
    }

    AuditEvent audit(AuditEvent.Action action, Instant at, String detail) {
        return new AuditEvent(at, id.key(), action, cause, detail);
    }

    /** No, with the hash of the key that was tried. */
    EnrollmentResult.Refused refuse(RefusalReason reason, String detail) {
        return new EnrollmentResult.Refused(reason, detail, Optional.of(key()));
    }
}
