package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.Optional;

/** What happens to a device between two issuances; otherwise like {@link InMemoryState}. */
final class KnownDeviceChanges {

    private final InMemoryState state;
    private final Claims claims;
    private final Certificates certificates;

    KnownDeviceChanges(InMemoryState state, Claims claims) {
        this.state = state;
        this.claims = claims;
        this.certificates = state.certificates();
    }

    Outcome replacePeer(Change.PeerReplaced change) {
        Instant now = Milliseconds.of(change.audit().at());
        Optional<DeviceCertificate> stored =
                certificates.find(change.certificate()).map(Certificates.Stored::certificate);
        Optional<Device> found = stored.flatMap(certificate -> deviceOf(certificate, change.expectedVersion()));
        if (stored.isEmpty() || found.isEmpty()) {
            return new Outcome.Conflict();
        }
        Device device = found.get();
        if (claims.isPeerKeyOfAnother(change.peer().key(), device.id().key(), now)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        }
        claims.endExpiredClaimsOfOthers(change.peer().key(), device.id().key(), now);
        TunnelPeer peer = Milliseconds.of(change.peer());
        boolean inForce = device.peer().key().equals(stored.get().peer().key());
        certificates.replace(stored.get().withPeer(peer));
        state.claimPeer(peer.key(), device.id());
        state.setPeer(device, inForce ? peer : device.peer());
        state.conclude(change, device.id());
        return new Outcome.Committed();
    }

    Outcome see(Change.Seen change) {
        Instant now = Milliseconds.of(change.at());
        Optional<DeviceCertificate> stored = certificates
                .find(change.certificate())
                .map(Certificates.Stored::certificate)
                .filter(DeviceCertificate::provesDevice);
        Optional<Device> found = stored.flatMap(certificate -> deviceOf(certificate, change.expectedVersion()));
        if (stored.isEmpty() || found.isEmpty()) {
            return new Outcome.Conflict();
        }
        DeviceCertificate seen = stored.get();
        if (seen.standing() == Standing.CURRENT) {
            return new Outcome.Committed();
        }
        certificates.of(seen.device().key()).stream()
                .filter(other -> !other.pem().equals(seen.pem()))
                .filter(other -> other.incarnation().equals(seen.incarnation()))
                .filter(other -> other.standing() == Standing.ISSUED || other.standing() == Standing.CURRENT)
                .forEach(other -> certificates.replace(superseded(other, now)));
        certificates.replace(seen.withStanding(Standing.CURRENT));
        state.setPeer(found.get(), seen.peer());
        state.conclude(change, seen.device());
        return new Outcome.Committed();
    }

    /** The device a certificate may change: in the same incarnation, in service, at the expected version. */
    private Optional<Device> deviceOf(DeviceCertificate certificate, long expectedVersion) {
        return state.deviceInService(certificate.device().key())
                .filter(known -> known.version() == expectedVersion)
                .filter(known -> known.incarnation().equals(certificate.incarnation()));
    }

    private static DeviceCertificate superseded(DeviceCertificate certificate, Instant now) {
        boolean due = certificate.revocation() == Revocation.NONE && now.isBefore(certificate.notAfter());
        return certificate
                .withStanding(Standing.SUPERSEDED)
                .withRevocation(due ? Revocation.DUE : certificate.revocation());
    }

    Outcome remember(Change.Attempted change) {
        if (state.device(change.device().key()).isEmpty()) {
            return new Outcome.Conflict();
        }
        state.remember(change.device().key(), Milliseconds.of(change.attempt()));
        state.conclude(change, change.device());
        return new Outcome.Committed();
    }

    Outcome allow(Change.Allowed change) {
        if (state.device(change.device().key()).isEmpty()) {
            return new Outcome.Conflict();
        }
        state.allow(change.device().key(), change.key(), Milliseconds.of(change.expires()));
        state.conclude(change, change.device());
        return new Outcome.Committed();
    }

    Outcome revoke(Change.Revoked change) {
        Optional<Certificates.Stored> stored = certificates.find(change.certificate());
        if (stored.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (stored.get().certificate().revocation() != Revocation.DONE) {
            certificates.replace(stored.get().certificate().withRevocation(Revocation.DONE));
            state.conclude(change, stored.get().certificate().device());
        }
        return new Outcome.Committed();
    }
}
