package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How an issuance begins and ends, and what an import takes; otherwise like {@link InMemoryState}. */
final class IssuanceChanges {

    private final InMemoryState state;
    private final Claims claims;
    private final Intents intents;
    private final Certificates certificates;
    private final Leases leases;

    IssuanceChanges(InMemoryState state, Claims claims) {
        this.state = state;
        this.claims = claims;
        this.intents = state.intents();
        this.certificates = state.certificates();
        this.leases = state.leases();
    }

    Outcome reserve(Change.Reserved change) {
        IssuanceIntent intent = Milliseconds.of(change.intent());
        String device = intent.device().key();
        Instant now = intent.opened();
        Optional<Intents.Claim> mine = intents.openOf(device);
        if (state.versionOf(device) != change.expectedVersion()
                || state.device(device).filter(InMemoryState::isOutOfService).isPresent()
                || !state.incarnation(device).equals(intent.incarnation())
                || mine.filter(claim -> claim.intent().openAt(now)).isPresent()
                || intents.find(intent.id()).isPresent()) {
            return new Outcome.Conflict();
        }
        if (certificates.isKeyOfAnother(intent) || intents.isKeyOfAnother(intent)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.CERTIFICATE);
        }
        if (claims.isPeerKeyOfAnother(change.peer(), device, now)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        }
        Optional<Intents.Claim> reclaimable = intents.expiredAt(now).stream()
                .filter(claim -> leases.isPending(claim.device()))
                .findFirst();
        if (leases.of(device).isEmpty()
                && !leases.anyFree()
                && reclaimable.isEmpty()
                && leases.rested(now).isEmpty()) {
            return new Outcome.PoolExhausted();
        }
        mine.ifPresent(claim -> claims.expire(claim, now));
        claims.endExpiredClaimsOfOthers(change.peer(), device, now);
        if (leases.of(device).isEmpty() && !leases.anyFree()) {
            reclaimable.ifPresent(claim -> claims.expireAndFree(claim, now));
        }
        TunnelAddress address = leases.leaseFor(intent.device(), now);
        intents.add(new Intents.Claim(intent, change.peer()));
        state.claimPeer(change.peer(), intent.device());
        state.conclude(change, intent.device());
        return new Outcome.Leased(address);
    }

    Outcome enroll(Change.Enrolled change) {
        Optional<Intents.Claim> claim = intents.find(change.intent());
        claim.ifPresent(known -> requireSame(known.intent(), change.certificate()));
        Optional<Certificates.Stored> stored = certificates.find(change.certificate());
        if (stored.isPresent() && stored.get().intent().equals(change.intent())) {
            return stored.get().certificate().standing() == Standing.UNUSABLE
                    ? new Outcome.StoredForRevocation()
                    : new Outcome.Committed();
        }
        boolean inTime = claim.isPresent() && claim.get().intent().openAt(change.at());
        if (!inTime || stored.isPresent()) {
            keepUnusable(change.intent(), change.certificate(), late(change.audit()));
            return new Outcome.StoredForRevocation();
        }
        if (!claim.get().peer().equals(change.certificate().peer().key())) {
            throw new IllegalArgumentException("the peer key is not the one that was reserved");
        }
        DeviceCertificate certificate = Milliseconds.of(change.certificate(), Standing.ISSUED, Revocation.NONE);
        certificates.add(certificate, change.intent());
        intents.setStatus(change.intent(), Status.COMPLETED);
        boolean wasKnown = state.device(certificate.device().key()).isPresent();
        makeOrUpdateDevice(claim.get().intent(), change);
        boolean isFirstToken = change.targetToken()
                .filter(token -> state.giveToken(certificate.device().key(), token))
                .isPresent();
        if (wasKnown && isFirstToken) {
            state.fallBehind(certificate.device(), Set.of(Backend.UPDATE_SERVER), change.audit());
        }
        state.useUpAllowance(certificate.device().key(), certificate.key());
        state.conclude(change, certificate.device());
        return new Outcome.Committed();
    }

    /** What was to be told as success is told as what it became. */
    private static AuditEvent late(AuditEvent audit) {
        return new AuditEvent(
                audit.at(),
                audit.subject(),
                AuditEvent.Action.CERTIFICATE_REJECTED,
                audit.cause(),
                "came after its intent had ended: " + audit.detail());
    }

    private void makeOrUpdateDevice(IssuanceIntent intent, Change.Enrolled change) {
        TunnelPeer peer = Milliseconds.of(change.certificate().peer());
        Optional<Device> known = state.device(intent.device().key());
        if (known.isPresent()) {
            state.setPeer(
                    known.get(),
                    change.certificate().atOnce() ? peer : known.get().peer());
            return;
        }
        Instant now = Milliseconds.of(change.at());
        state.setDevice(new Device(
                intent.device(),
                intent.incarnation(),
                DeviceState.ENROLLED,
                Device.ABSENT + 1,
                leases.hold(intent.device()),
                peer,
                change.labels(),
                now,
                now));
        leases.peersChanged();
    }

    Outcome undo(Change.Undone change) {
        Optional<Intents.Claim> claim =
                intents.find(change.intent()).filter(known -> known.intent().status() == Status.OPEN);
        if (claim.isPresent()) {
            claims.end(claim.get(), change.end());
            state.conclude(change, claim.get().intent().device());
        }
        return new Outcome.Committed();
    }

    Outcome reject(Change.Rejected change) {
        intents.find(change.intent()).ifPresent(known -> requireSame(known.intent(), change.certificate()));
        keepUnusable(change.intent(), change.certificate(), change.audit());
        return new Outcome.Committed();
    }

    Outcome reserveImported(Change.AddressesImported change) {
        Instant now = Milliseconds.of(change.audit().at());
        List<Intents.Claim> expired = intents.expiredAt(now);
        Set<String> passing = expired.stream()
                .map(Intents.Claim::device)
                .filter(leases::isPending)
                .collect(Collectors.toSet());
        if (leases.collides(change, passing, state.outOfService(), now)) {
            return new Outcome.Conflict();
        }
        expired.forEach(claim -> claims.expireAndFree(claim, now));
        if (leases.reserve(change)) {
            state.log(change.audit());
        }
        return new Outcome.Committed();
    }

    /** Stores a certificate that is never handed out, unless it is stored already; its intent has got its answer. */
    private void keepUnusable(IntentId intent, DeviceCertificate certificate, AuditEvent audit) {
        boolean added = certificates.add(Milliseconds.of(certificate, Standing.UNUSABLE, Revocation.DUE), intent);
        Optional<Intents.Claim> unanswered = intents.find(intent)
                .filter(claim -> switch (claim.intent().status()) {
                    case OPEN, UNSIGNED, UNCERTAIN -> true;
                    case COMPLETED, REJECTED -> false;
                });
        unanswered.ifPresent(claim -> claims.end(claim, Status.REJECTED));
        if (added || unanswered.isPresent()) {
            state.fallBehind(certificate.device(), Set.of(Backend.CERTIFICATE_AUTHORITY), audit);
            state.log(audit);
        }
    }

    private static void requireSame(IssuanceIntent intent, DeviceCertificate certificate) {
        if (!intent.device().equals(certificate.device())
                || !intent.incarnation().equals(certificate.incarnation())
                || !intent.key().equals(certificate.key())) {
            throw new IllegalArgumentException("the certificate is not what the intent asked for");
        }
    }
}
