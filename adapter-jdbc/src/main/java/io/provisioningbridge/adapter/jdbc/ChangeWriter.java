package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.adapter.jdbc.LeaseTable.Kind;
import io.provisioningbridge.adapter.jdbc.LeaseTable.Lease;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges a change and writes it, within a transaction that is somebody else's. When the outcome says that nothing was
 * written, the transaction must be rolled back to where it was: something may have been.
 */
final class ChangeWriter {

    private final Tables tables;
    private final Claims claims;
    private final KnownDeviceWriter knownDevices;
    private final LifeWriter life;

    ChangeWriter(Tables tables) {
        this.tables = tables;
        this.claims = new Claims(tables);
        this.knownDevices = new KnownDeviceWriter(tables, claims);
        this.life = new LifeWriter(tables);
    }

    /** Whether an outcome means that the change is written. */
    static boolean isWritten(Outcome outcome) {
        return outcome instanceof Outcome.Committed
                || outcome instanceof Outcome.Leased
                || outcome instanceof Outcome.StoredForRevocation;
    }

    Outcome write(Change change) {
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
            return knownDevices.replacePeer(replaced);
        }
        if (change instanceof Change.Seen seen) {
            return knownDevices.see(seen);
        }
        if (change instanceof Change.Attempted attempted) {
            return knownDevices.remember(attempted);
        }
        if (change instanceof Change.Allowed allowed) {
            return knownDevices.allow(allowed);
        }
        if (change instanceof Change.Revoked revoked) {
            return revoke(revoked);
        }
        if (change instanceof Change.Connected connected) {
            return life.connect(connected);
        }
        if (change instanceof Change.CameBack cameBack) {
            return life.noteReturn(cameBack);
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
        if (change instanceof Change.Readmitted readmitted) {
            return life.readmit(readmitted);
        }
        if (change instanceof Change.MarkedDue marked) {
            return life.markDue(marked);
        }
        return reserveImported((Change.AddressesImported) change);
    }

    private Outcome reserve(Change.Reserved change) {
        IssuanceIntent intent = change.intent();
        String device = intent.device().key();
        Instant now = milliseconds(intent.opened());
        Optional<StoredIntent> mine = tables.intents().openOf(device);
        Optional<Device> known = tables.devices().find(device);
        if (known.map(Device::version).orElse(Device.ABSENT) != change.expectedVersion()
                || known.filter(DeviceTable::isOutOfService).isPresent()
                || !known.map(Device::incarnation)
                        .orElseGet(() -> tables.devices().nextIncarnation(device))
                        .equals(intent.incarnation())
                || mine.filter(open -> open.intent().openAt(now)).isPresent()
                || tables.intents().find(intent.id()).isPresent()) {
            return new Outcome.Conflict();
        }
        if (tables.certificates().isKeyOfAnother(intent) || tables.intents().isKeyOfAnother(intent)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.CERTIFICATE);
        }
        // The lease of the intent it takes the place of, if any, is its own now.
        mine.ifPresent(expired -> claims.expire(expired, now));
        if (!claims.takePeerKey(change.peer(), device, now)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        }
        Optional<TunnelAddress> address = leaseFor(intent.device(), now);
        if (address.isEmpty()) {
            return new Outcome.PoolExhausted();
        }
        tables.intents().insert(intent, change.peer(), address.get());
        tables.peerKeys().claim(change.peer(), intent.device());
        tables.conclude(change, intent.device());
        return new Outcome.Leased(address.get());
    }

    private Optional<TunnelAddress> leaseFor(DeviceId id, Instant now) {
        Optional<Lease> lease = tables.leases().of(id.key());
        if (lease.isPresent()) {
            return lease.map(Lease::address);
        }
        Optional<TunnelAddress> lowest = tables.leases().free().takeLowest();
        if (lowest.isEmpty()) {
            Optional<StoredIntent> reclaimable = tables.intents().firstReclaimable(now);
            reclaimable.ifPresent(expired -> {
                claims.expire(expired, now);
                tables.leases().freeIfPending(expired.device());
            });
            lowest = reclaimable
                    .flatMap(expired -> tables.leases().free().takeLowest())
                    .or(() -> tables.leases().takeRested(now));
        }
        lowest.ifPresent(address -> tables.leases().insert(id.text(), address, Kind.PENDING));
        return lowest;
    }

    private Outcome enroll(Change.Enrolled change) {
        DeviceCertificate certificate = change.certificate();
        Instant now = milliseconds(change.at());
        Optional<StoredIntent> stored = tables.intents().find(change.intent());
        stored.ifPresent(intent -> requireSame(intent.intent(), certificate));
        Optional<CertificateTable.Known> known = tables.certificates().known(certificate);
        if (known.isPresent() && known.get().intent().equals(change.intent())) {
            return known.get().standing() == Standing.UNUSABLE
                    ? new Outcome.StoredForRevocation()
                    : new Outcome.Committed();
        }
        Optional<StoredIntent> open = stored.filter(intent -> intent.intent().openAt(now));
        if (open.isEmpty() || known.isPresent()) {
            keepUnusable(change.intent(), certificate, late(change.audit()));
            return new Outcome.StoredForRevocation();
        }
        if (!open.get().peer().equals(certificate.peer().key())) {
            throw new IllegalArgumentException("the peer key is not the one that was reserved");
        }
        tables.certificates().insert(certificate, Standing.ISSUED, Revocation.NONE, change.intent());
        tables.intents().setStatus(change.intent(), Status.COMPLETED);
        boolean wasKnown = makeOrUpdateDevice(open.get().intent(), change);
        boolean isFirstToken = change.targetToken()
                .filter(token -> tables.targetTokens().give(certificate.device().key(), token))
                .isPresent();
        if (wasKnown && isFirstToken) {
            tables.lanes()
                    .fallBehind(
                            List.of(certificate.device()),
                            Set.of(Backend.UPDATE_SERVER),
                            change.audit().at());
        }
        tables.allowances().remove(certificate.device().key(), certificate.key());
        tables.conclude(change, certificate.device());
        return new Outcome.Committed();
    }

    /** @return whether it was known */
    private boolean makeOrUpdateDevice(IssuanceIntent intent, Change.Enrolled change) {
        String device = intent.device().key();
        TunnelPeer peer = change.certificate().peer();
        Optional<Device> known = tables.devices().find(device);
        if (known.isPresent()) {
            tables.setPeer(
                    known.get(),
                    change.certificate().atOnce() ? peer : known.get().peer());
            return true;
        }
        Lease lease = tables.leases()
                .of(device)
                .orElseThrow(() -> new IllegalStateException(intent.device() + " has an open intent and no address"));
        tables.leases().hold(intent.device());
        tables.peersChanged();
        tables.devices()
                .insert(new Device(
                        intent.device(),
                        intent.incarnation(),
                        DeviceState.ENROLLED,
                        Device.ABSENT + 1,
                        lease.address(),
                        peer,
                        change.labels(),
                        change.at(),
                        change.at()));
        return false;
    }

    private Outcome undo(Change.Undone change) {
        Optional<StoredIntent> open = tables.intents().find(change.intent()).filter(intent -> intent.is(Status.OPEN));
        if (open.isPresent()) {
            claims.end(open.get(), change.end());
            tables.conclude(change, open.get().intent().device());
        }
        return new Outcome.Committed();
    }

    private Outcome reject(Change.Rejected change) {
        tables.intents().find(change.intent()).ifPresent(intent -> requireSame(intent.intent(), change.certificate()));
        keepUnusable(change.intent(), change.certificate(), change.audit());
        return new Outcome.Committed();
    }

    private Outcome revoke(Change.Revoked change) {
        Optional<CertificateTable.Known> known = tables.certificates().known(change.certificate());
        if (known.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (known.get().revocation() != Revocation.DONE) {
            tables.certificates().setRevoked(change.certificate());
            tables.conclude(change, change.certificate().device());
        }
        return new Outcome.Committed();
    }

    private Outcome reserveImported(Change.AddressesImported change) {
        Instant now = milliseconds(change.audit().at());
        for (StoredIntent expired : tables.intents().expiredAt(now)) {
            claims.expire(expired, now);
            tables.leases().freeIfPending(expired.device());
        }
        AddressImport.Result result = new AddressImport(
                        tables.handle(), tables.pools(), tables.devices().outOfService())
                .take(change);
        return switch (result) {
            case COLLISION -> new Outcome.Conflict();
            case NOTHING_NEW -> new Outcome.Committed();
            case UNASSIGNABLE_ONLY -> {
                tables.events().append(change.audit());
                yield new Outcome.Committed();
            }
            case PEERS_CHANGED -> {
                tables.peersChanged();
                tables.events().append(change.audit());
                yield new Outcome.Committed();
            }
        };
    }

    /** Stores a certificate that is never handed out, unless it is stored already; its intent has got its answer. */
    private void keepUnusable(IntentId intent, DeviceCertificate certificate, AuditEvent audit) {
        boolean unknown = tables.certificates().known(certificate).isEmpty();
        if (unknown) {
            tables.certificates().insert(certificate, Standing.UNUSABLE, Revocation.DUE, intent);
        }
        Optional<StoredIntent> unanswered = tables.intents().find(intent).filter(known -> switch (known.intent()
                .status()) {
            case OPEN, UNSIGNED, UNCERTAIN -> true;
            case COMPLETED, REJECTED -> false;
        });
        unanswered.ifPresent(known -> claims.end(known, Status.REJECTED));
        if (unknown || unanswered.isPresent()) {
            tables.conclude(certificate.device(), Set.of(Backend.CERTIFICATE_AUTHORITY), audit);
        }
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

    private static void requireSame(IssuanceIntent intent, DeviceCertificate certificate) {
        if (!intent.device().equals(certificate.device())
                || !intent.incarnation().equals(certificate.incarnation())
                || !intent.key().equals(certificate.key())) {
            throw new IllegalArgumentException("the certificate is not what the intent asked for");
        }
    }

    /** As it is stored, so that a decision is the same before and after. */
    static Instant milliseconds(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }
}
