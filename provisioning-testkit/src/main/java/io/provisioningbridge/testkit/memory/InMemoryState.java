package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DesiredPeer;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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
    private final Map<PeerKey, String> peersOfDevices = new HashMap<>();
    private final Map<PeerKey, DeviceId> peerOwners = new HashMap<>();
    private final Map<String, Set<PeerKey>> peerKeys = new HashMap<>();
    private final Map<String, Incarnation> readmitted = new HashMap<>();
    private final Map<String, List<AuditEvent>> events = new HashMap<>();
    private final Map<String, List<Attempt>> attempts = new HashMap<>();
    private final Map<Allowance, Instant> allowances = new HashMap<>();
    private final Intents intents = new Intents();
    private final Certificates certificates = new Certificates();
    private final Lanes lanes = new Lanes();
    private final LifeChanges life = new LifeChanges(this);
    private final Leases leases;

    private record Allowance(String device, KeyHash key) {}

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

    Lanes lanes() {
        return lanes;
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
        if (change instanceof Change.Seen seen) {
            return see(seen);
        }
        if (change instanceof Change.Attempted attempted) {
            return remember(attempted);
        }
        if (change instanceof Change.Allowed allowed) {
            return allow(allowed);
        }
        if (change instanceof Change.Revoked revoked) {
            return revoke(revoked);
        }
        if (change instanceof Change.Suspended suspended) {
            return life.suspend(suspended);
        }
        if (change instanceof Change.Resumed resumed) {
            return life.resume(resumed);
        }
        if (change instanceof Change.Decommissioned decommissioned) {
            return life.decommission(decommissioned);
        }
        if (change instanceof Change.AddressReleased released) {
            return life.release(released);
        }
        if (change instanceof Change.Readmitted again) {
            return life.readmit(again);
        }
        if (change instanceof Change.MarkedDue marked) {
            return life.markDue(marked);
        }
        return reserveImported((Change.AddressesImported) change);
    }

    /** What a change that changed something brings with it, and one that changed nothing does not. */
    void conclude(Change change, DeviceId device) {
        fallBehind(device, change.makesDue(), change.audit());
        log(change.audit());
    }

    void fallBehind(DeviceId device, Set<Backend> backends, AuditEvent audit) {
        Optional<Device> known = device(device.key());
        lanes.fallBehind(
                known.map(Device::id).orElse(device), known.isPresent(), backends, Milliseconds.of(audit.at()));
    }

    private Outcome reserve(Change.Reserved change) {
        IssuanceIntent intent = Milliseconds.of(change.intent());
        String device = intent.device().key();
        Instant now = intent.opened();
        Optional<Intents.Claim> mine = intents.openOf(device);
        if (versionOf(device) != change.expectedVersion()
                || device(device).filter(InMemoryState::isOutOfService).isPresent()
                || !incarnation(device).equals(intent.incarnation())
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
        if (leases.of(device).isEmpty()
                && !leases.anyFree()
                && reclaimable.isEmpty()
                && leases.rested(now).isEmpty()) {
            return new Outcome.PoolExhausted();
        }
        mine.ifPresent(claim -> expire(claim, now));
        endExpiredClaimsOfOthers(change.peer(), device, now);
        if (leases.of(device).isEmpty() && !leases.anyFree()) {
            reclaimable.ifPresent(claim -> expireAndFree(claim, now));
        }
        TunnelAddress address = leases.leaseFor(intent.device(), now);
        intents.add(new Intents.Claim(intent, change.peer()));
        claimPeer(change.peer(), intent.device());
        conclude(change, intent.device());
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
            keepUnusable(change.intent(), change.certificate(), late(change.audit()));
            return new Outcome.StoredForRevocation();
        }
        if (!claim.get().peer().equals(change.certificate().peer().key())) {
            throw new IllegalArgumentException("the peer key is not the one that was reserved");
        }
        DeviceCertificate certificate = Milliseconds.of(change.certificate(), Standing.ISSUED, Revocation.NONE);
        certificates.add(certificate, change.intent());
        intents.setStatus(change.intent(), Status.COMPLETED);
        makeOrUpdateDevice(claim.get().intent(), change);
        allowances.remove(new Allowance(certificate.device().key(), certificate.key()));
        conclude(change, certificate.device());
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
        Optional<Device> known = device(intent.device().key());
        if (known.isPresent()) {
            setPeer(known.get(), change.switchPeer() ? peer : known.get().peer());
            return;
        }
        Instant now = Milliseconds.of(change.at());
        setDevice(new Device(
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

    private Outcome undo(Change.Undone change) {
        Optional<Intents.Claim> claim =
                intents.find(change.intent()).filter(known -> known.intent().status() == Status.OPEN);
        if (claim.isPresent()) {
            end(claim.get(), change.end());
            conclude(change, claim.get().intent().device());
        }
        return new Outcome.Committed();
    }

    private Outcome reject(Change.Rejected change) {
        intents.find(change.intent()).ifPresent(known -> requireSame(known.intent(), change.certificate()));
        keepUnusable(change.intent(), change.certificate(), change.audit());
        return new Outcome.Committed();
    }

    private Outcome replacePeer(Change.PeerReplaced change) {
        Instant now = Milliseconds.of(change.audit().at());
        Optional<DeviceCertificate> stored =
                certificates.find(change.certificate()).map(Certificates.Stored::certificate);
        Optional<Device> found = stored.flatMap(certificate -> deviceOf(certificate, change.expectedVersion()));
        if (stored.isEmpty() || found.isEmpty()) {
            return new Outcome.Conflict();
        }
        Device device = found.get();
        if (isPeerKeyOfAnother(change.peer().key(), device.id().key(), now)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        }
        endExpiredClaimsOfOthers(change.peer().key(), device.id().key(), now);
        TunnelPeer peer = Milliseconds.of(change.peer());
        boolean inForce = device.peer().key().equals(stored.get().peer().key());
        certificates.replace(stored.get().withPeer(peer));
        claimPeer(peer.key(), device.id());
        setPeer(device, inForce ? peer : device.peer());
        conclude(change, device.id());
        return new Outcome.Committed();
    }

    private Outcome see(Change.Seen change) {
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
        setPeer(found.get(), seen.peer());
        conclude(change, seen.device());
        return new Outcome.Committed();
    }

    /** The device a certificate may change: in the same incarnation, in service, at the expected version. */
    private Optional<Device> deviceOf(DeviceCertificate certificate, long expectedVersion) {
        return deviceInService(certificate.device().key())
                .filter(known -> known.version() == expectedVersion)
                .filter(known -> known.incarnation().equals(certificate.incarnation()));
    }

    private static DeviceCertificate superseded(DeviceCertificate certificate, Instant now) {
        boolean due = certificate.revocation() == Revocation.NONE && now.isBefore(certificate.notAfter());
        return certificate
                .withStanding(Standing.SUPERSEDED)
                .withRevocation(due ? Revocation.DUE : certificate.revocation());
    }

    private Outcome remember(Change.Attempted change) {
        if (!devices.containsKey(change.device().key())) {
            return new Outcome.Conflict();
        }
        List<Attempt> kept = attempts.computeIfAbsent(change.device().key(), none -> new ArrayList<>());
        kept.removeIf(attempt -> attempt.key().equals(change.attempt().key()));
        kept.add(0, Milliseconds.of(change.attempt()));
        if (kept.size() > Attempt.KEPT) {
            kept.remove(Attempt.KEPT);
        }
        conclude(change, change.device());
        return new Outcome.Committed();
    }

    private Outcome allow(Change.Allowed change) {
        if (!devices.containsKey(change.device().key())) {
            return new Outcome.Conflict();
        }
        allowances.put(new Allowance(change.device().key(), change.key()), Milliseconds.of(change.expires()));
        conclude(change, change.device());
        return new Outcome.Committed();
    }

    List<Attempt> attempts(String key) {
        return List.copyOf(attempts.getOrDefault(key, List.of()));
    }

    boolean isAllowed(String device, KeyHash key, Instant now) {
        Instant expires = allowances.get(new Allowance(device, key));
        return expires != null && now.isBefore(expires);
    }

    List<Device> list(DeviceQuery query) {
        return devices.values().stream()
                .filter(device -> device.id().key().compareTo(query.after()) > 0)
                .filter(device -> query.states().isEmpty() || query.states().contains(device.state()))
                .filter(device -> device.id().key().contains(DeviceId.keyOf(query.contains())))
                .sorted(Comparator.comparing(device -> device.id().key()))
                .limit(query.limit())
                .toList();
    }

    private Outcome revoke(Change.Revoked change) {
        Optional<Certificates.Stored> stored = certificates.find(change.certificate());
        if (stored.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (stored.get().certificate().revocation() != Revocation.DONE) {
            certificates.replace(stored.get().certificate().withRevocation(Revocation.DONE));
            conclude(change, stored.get().certificate().device());
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
        Set<String> out = devices.values().stream()
                .filter(InMemoryState::isOutOfService)
                .map(device -> device.id().key())
                .collect(Collectors.toSet());
        if (leases.collides(change, passing, out, now)) {
            return new Outcome.Conflict();
        }
        expired.forEach(claim -> expireAndFree(claim, now));
        if (leases.reserve(change)) {
            log(change.audit());
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
        unanswered.ifPresent(claim -> end(claim, Status.REJECTED));
        if (added || unanswered.isPresent()) {
            fallBehind(certificate.device(), Set.of(Backend.CERTIFICATE_AUTHORITY), audit);
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
        return !peersOfDevices.getOrDefault(key, device).equals(device)
                || certificates.isPeerOfAnother(key, device)
                || intents.isPeerOfAnother(key, device, now);
    }

    private static void requireSame(IssuanceIntent intent, DeviceCertificate certificate) {
        if (!intent.device().equals(certificate.device())
                || !intent.incarnation().equals(certificate.incarnation())
                || !intent.key().equals(certificate.key())) {
            throw new IllegalArgumentException("the certificate is not what the intent asked for");
        }
    }

    long versionOf(String device) {
        return device(device).map(Device::version).orElse(Device.ABSENT);
    }

    Incarnation incarnation(String device) {
        return device(device).map(Device::incarnation).orElse(readmitted.getOrDefault(device, Incarnation.FIRST));
    }

    /** The later claim is the one that counts. */
    private void claimPeer(PeerKey key, DeviceId device) {
        DeviceId before = peerOwners.put(key, device);
        if (before != null) {
            peerKeys.getOrDefault(before.key(), new HashSet<>()).remove(key);
        }
        peerKeys.computeIfAbsent(device.key(), none -> new HashSet<>()).add(key);
    }

    Set<PeerKey> peerKeys(String device) {
        return Set.copyOf(peerKeys.getOrDefault(device, Set.of()));
    }

    Map<PeerKey, DeviceId> peerOwners(Set<PeerKey> keys) {
        Map<PeerKey, DeviceId> owners = new HashMap<>();
        for (PeerKey key : keys) {
            DeviceId owner = peerOwners.get(key);
            if (owner != null) {
                owners.put(key, owner);
            }
        }
        return owners;
    }

    /** In the order of the devices' keys. */
    List<DesiredPeer> desiredPeers() {
        return devices.values().stream()
                .filter(InMemoryState::hasPeer)
                .sorted(Comparator.comparing(device -> device.id().key()))
                .map(device -> new DesiredPeer(device.id(), device.peer().key(), device.address()))
                .toList();
    }

    private static boolean hasPeer(Device device) {
        return device.state() != DeviceState.SUSPENDED && !isOutOfService(device);
    }

    static boolean isOutOfService(Device device) {
        return device.state() == DeviceState.DECOMMISSIONED;
    }

    Optional<Device> deviceInService(String device) {
        return device(device).filter(known -> !isOutOfService(known));
    }

    private void setPeer(Device device, TunnelPeer peer) {
        setDevice(device.withPeer(peer));
        if (hasPeer(device) && !peer.key().equals(device.peer().key())) {
            leases.peersChanged();
        }
    }

    void setDevice(Device device) {
        Device before = devices.put(device.id().key(), device);
        if (before != null) {
            peersOfDevices.remove(before.peer().key());
        }
        peersOfDevices.put(device.peer().key(), device.id().key());
    }

    /** What others tried and operators allowed. */
    void forgetHints(String device) {
        attempts.remove(device);
        allowances.keySet().removeIf(allowance -> allowance.device().equals(device));
    }

    /** From now on there is no such device, and its next life is this. */
    void forget(Device device, Incarnation next) {
        String key = device.id().key();
        devices.remove(key);
        peersOfDevices.remove(device.peer().key());
        forgetHints(key);
        readmitted.put(key, next);
    }

    void log(AuditEvent event) {
        if (!event.subject().isEmpty()) {
            events.computeIfAbsent(event.subject(), none -> new ArrayList<>()).add(Milliseconds.of(event));
        }
    }
}
