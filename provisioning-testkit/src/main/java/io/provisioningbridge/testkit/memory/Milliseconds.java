package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.TunnelPeer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A store keeps times in whole milliseconds; what it is given may be finer. */
final class Milliseconds {

    private Milliseconds() {}

    static Instant of(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }

    static IssuanceIntent of(IssuanceIntent intent) {
        return new IssuanceIntent(
                intent.id(),
                intent.device(),
                intent.incarnation(),
                intent.key(),
                of(intent.opened()),
                of(intent.expires()),
                intent.status());
    }

    static Observation of(Observation observation) {
        return new Observation(of(observation.at()), observation.evidence(), observation.what());
    }

    static TunnelPeer of(TunnelPeer peer) {
        return new TunnelPeer(peer.key(), peer.origin(), of(peer.firstIssued()));
    }

    static Attempt of(Attempt attempt) {
        return new Attempt(attempt.key(), of(attempt.at()), attempt.source());
    }

    static AuditEvent of(AuditEvent event) {
        return new AuditEvent(of(event.at()), event.subject(), event.action(), event.cause(), event.detail());
    }

    static DeviceCertificate of(
            DeviceCertificate certificate,
            DeviceCertificate.Standing standing,
            DeviceCertificate.Revocation revocation) {
        return new DeviceCertificate(
                certificate.serial(),
                certificate.device(),
                certificate.incarnation(),
                certificate.key(),
                of(certificate.notBefore()),
                of(certificate.notAfter()),
                standing,
                revocation,
                certificate.pem(),
                certificate.chainPem(),
                of(certificate.peer()),
                certificate.atOnce(),
                certificate.request());
    }
}
