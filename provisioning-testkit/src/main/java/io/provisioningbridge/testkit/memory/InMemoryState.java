package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known and how each change changes it. A change is judged before anything is touched, so that there is nothing to
 * take back. Not safe for concurrent use.
 */
final class InMemoryState {

    private final Map<String, Device> devices = new HashMap<>();
    private final Map<PeerKey, String> peerOwners = new HashMap<>();
    private final Map<String, List<AuditEvent>> events = new HashMap<>();
    private final Intents intents = new Intents();
    private final Certificates certificates = new Certificates();
    private final Leases leases;

    InMemoryState(AddressPools pools) {
        this.leases = new Leases(pools);
    }

    Optional<Device> device(String key) {
        return Optional.ofNullable(devices.get(key));
    }

    Intents intents() {
        return intents;
    }

    Certificates certificates() {
        return certificates;
    }

    Leases leases() {
        return leases;
    }

    List<AuditEvent> events(String key) {
        return List.copyOf(events.getOrDefault(key, List.of()));
    }

    Outcome apply(Change change) {
        if (change instanceof Change.Reserved reserved) {
            return reserve(reserved);
        }
        if (change instanceof Change.Enrolled enrolled) {
            return enroll(enrolled);
        }
        if (change instanceof Change.Undone undone) {
            return undo(undone);
        }
        if (change instanceof Change.Rejected rejected) {
            return reject(rejected);
        }
        if (change instanceof Change.PeerReplaced replaced) {
            return replacePeer(replaced);
        }
        if (change instanceof Change.Revoked revoked) {
            return revoke(revoked);
        }
        return reserveImported((Change.AddressesImported) change);
    }

    private Outcome reserve(Change.Reserved change) {
        IssuanceIntent intent = Milliseconds.of(change.intent());
        String device = intent.device().key();
        Instant now = intent.opened();
        Optional<Intents.Claim> mine = intents.openOf(device);
        if (versionOf(device) != change.expectedVersion()
                || mine.filter(claim -> claim.intent().openAt(now)).isPresent()
                || intents.find(intent.id()).isPresent()) {
            return new Outcome.Conflict();
        }
        if (certificates.isKeyOfAnother(intent) || intents.isKeyOfAnother(intent)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.CERTIFICATE);
        }
        if (isPeerKeyOfAnother(change.peer(), device, now)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        }
        Optional<Intents.Claim> reclaimable = intents.expiredAt(now).stream()
                .filter(claim -> leases.isPending(claim.device()))
                .findFirst();
        if (leases.of(device).isEmpty() && !leases.anyFree() && reclaimable.isEmpty()) {
            return new Outcome.PoolExhausted();
        }
        mine.ifPresent(claim -> expire(claim, now));
        endExpiredClaimsOfOthers(change.peer(), device, now);
        if (leases.of(device).isEmpty() && !leases.anyFree()) {
            reclaimable.ifPresent(claim -> expireAndFree(claim, now));
        }
        TunnelAddress address = leases.leaseFor(intent.device());
        intents.add(new Intents.Claim(intent, change.peer()));
        log(change.audit());
        return new Outcome.Leased(address);
    }

    private Outcome enroll(Change.Enrolled change) {
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
            keepUnusable(change.intent(), change.certificate(), Milliseconds.of(change.at()), late(change.audit()));
            return new Outcome.StoredForRevocation();
        }
        if (!claim.get().peer().equals(change.peer().key())) {
            throw new IllegalArgumentException("the peer key is not the one that was reserved");
        }
        DeviceCertificate certificate = Milliseconds.of(change.certificate(), Standing.ISSUED, Revocation.NONE);
        certificates.add(certificate, change.intent(), Milliseconds.of(change.at()));
        intents.setStatus(change.intent(), Status.COMPLETED);
        setDevice(enrolled(claim.get().intent(), change));
        log(change.audit());
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

    private Device enrolled(IssuanceIntent intent, Change.Enrolled change) {
        TunnelPeer peer = Milliseconds.of(change.peer());
        Device known = devices.get(intent.device().key());
        if (known != null) {
            return known.withPeer(peer);
        }
        return new Device(
                intent.device(),
                intent.incarnation(),
                DeviceState.ENROLLED,
                Device.ABSENT + 1,
                leases.hold(intent.device()),
                peer,
                change.labels(),
                Milliseconds.of(change.at()));
    }

    private Outcome undo(Change.Undone change) {
        Optional<Intents.Claim> claim =
                intents.find(change.intent()).filter(known -> known.intent().status() == Status.OPEN);
        if (claim.isPresent()) {
            end(claim.get(), change.end());
            log(change.audit());
        }
        return new Outcome.Committed();
    }

    private Outcome reject(Change.Rejected change) {
        intents.find(change.intent()).ifPresent(known -> requireSame(known.intent(), change.certificate()));
        keepUnusable(
                change.intent(),
                change.certificate(),
                Milliseconds.of(change.audit().at()),
                change.audit());
        return new Outcome.Committed();
    }

    private Outcome replacePeer(Change.PeerReplaced change) {
        String key = change.device().key();
        Instant now = Milliseconds.of(change.audit().at());
        Device device = devices.get(key);
        if (device == null || device.version() != change.expectedVersion()) {
            return new Outcome.Conflict();
        }
        if (isPeerKeyOfAnother(change.peer().key(), key, now)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        }
        endExpiredClaimsOfOthers(change.peer().key(), key, now);
        setDevice(device.withPeer(Milliseconds.of(change.peer())));
        log(change.audit());
        return new Outcome.Committed();
    }

    private Outcome revoke(Change.Revoked change) {
        Optional<Certificates.Stored> stored = certificates.find(change.certificate());
        if (stored.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (stored.get().certificate().revocation() != Revocation.DONE) {
            certificates.revoked(stored.get());
            log(change.audit());
        }
        return new Outcome.Committed();
    }

    private Outcome reserveImported(Change.AddressesImported change) {
        Instant now = Milliseconds.of(change.audit().at());
        List<Intents.Claim> expired = intents.expiredAt(now);
        Set<String> passing = expired.stream()
                .map(Intents.Claim::device)
                .filter(leases::isPending)
                .collect(Collectors.toSet());
        if (leases.collides(change, passing)) {
            return new Outcome.Conflict();
        }
        expired.forEach(claim -> expireAndFree(claim, now));
        if (leases.reserve(change)) {
            log(change.audit());
        }
        return new Outcome.Committed();
    }

    /** Stores a certificate that is never handed out, unless it is stored already; its intent has got its answer. */
    private void keepUnusable(IntentId intent, DeviceCertificate certificate, Instant now, AuditEvent audit) {
        boolean added = certificates.add(Milliseconds.of(certificate, Standing.UNUSABLE, Revocation.DUE), intent, now);
        Optional<Intents.Claim> unanswered = intents.find(intent)
                .filter(claim -> switch (claim.intent().status()) {
                    case OPEN, UNSIGNED, UNCERTAIN -> true;
                    case COMPLETED, REJECTED -> false;
                });
        unanswered.ifPresent(claim -> end(claim, Status.REJECTED));
        if (added || unanswered.isPresent()) {
            log(audit);
        }
    }

    private void end(Intents.Claim claim, Status status) {
        // The pending lease of an intent that has ended before may by now be another intent's.
        if (claim.intent().status() == Status.OPEN) {
            leases.freeIfPending(claim.device());
        }
        intents.setStatus(claim.intent().id(), status);
    }

    /** Says of an intent that it expired; its pending lease, if it has one, stays. */
    private void expire(Intents.Claim claim, Instant now) {
        intents.setStatus(claim.intent().id(), Status.UNCERTAIN);
        log(new AuditEvent(
                now, claim.device(), AuditEvent.Action.ISSUANCE_FAILED, "bridge", "the intent expired unanswered"));
    }

    private void endExpiredClaimsOfOthers(PeerKey peer, String device, Instant now) {
        intents.expiredAt(now).stream()
                .filter(claim -> claim.peer().equals(peer) && !claim.device().equals(device))
                .forEach(claim -> expireAndFree(claim, now));
    }

    private void expireAndFree(Intents.Claim claim, Instant now) {
        expire(claim, now);
        leases.freeIfPending(claim.device());
    }

    private boolean isPeerKeyOfAnother(PeerKey key, String device, Instant now) {
        return !peerOwners.getOrDefault(key, device).equals(device) || intents.isPeerOfAnother(key, device, now);
    }

    private static void requireSame(IssuanceIntent intent, DeviceCertificate certificate) {
        if (!intent.device().equals(certificate.device())
                || !intent.incarnation().equals(certificate.incarnation())
                || !intent.key().equals(certificate.key())) {
            throw new IllegalArgumentException("the certificate is not what the intent asked for");
        }
    }

    private long versionOf(String device) {
        return device(device).map(Device::version).orElse(Device.ABSENT);
    }

    private void setDevice(Device device) {
        Device before = devices.put(device.id().key(), device);
        if (before != null) {
            peerOwners.remove(before.peer().key());
        }
        peerOwners.put(device.peer().key(), device.id().key());
    }

    private void log(AuditEvent event) {
        if (!event.subject().isEmpty()) {
            events.computeIfAbsent(event.subject(), none -> new ArrayList<>()).add(Milliseconds.of(event));
        }
    }
}
