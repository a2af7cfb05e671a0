package io.provisioningbridge.testkit.contract;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.domain.TunnelPeer.Origin;
import io.provisioningbridge.core.port.Change;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Makes changes as the use cases do, of made-up keys and certificates. The same seed makes the same changes in the same
 * order. Not safe for concurrent use.
 */
public final class StoreChanges {

    /** How long every intent made here lives. */
    public static final Duration INTENT_LIFE = Duration.ofSeconds(60);

    private final Random random;
    private long serials;

    public StoreChanges(long seed) {
        this.random = new Random(seed);
    }

    /** The same name gives the same key. */
    public static KeyHash certificateKey(String name) {
        return KeyHash.of(name.getBytes(StandardCharsets.UTF_8));
    }

    /** The same name gives the same key. */
    public static PeerKey peerKey(String name) {
        byte[] raw = new byte[32];
        new Random(name.hashCode()).nextBytes(raw);
        raw[31] &= 0x3f;
        return PeerKey.of(raw);
    }

    /** For a device without a record; its keys are named after {@link DeviceId#key()}. */
    public Change.Reserved reserved(String device, Instant now) {
        DeviceId id = new DeviceId(device);
        return reserved(id, Device.ABSENT, certificateKey(id.key()), peerKey(id.key()), now);
    }

    public Change.Reserved reserved(DeviceId id, long expectedVersion, KeyHash key, PeerKey peer, Instant now) {
        return reserved(id, Incarnation.FIRST, expectedVersion, key, peer, now);
    }

    public Change.Reserved reserved(
            DeviceId id, Incarnation incarnation, long expectedVersion, KeyHash key, PeerKey peer, Instant now) {
        IssuanceIntent intent = new IssuanceIntent(
                IntentId.random(random), id, incarnation, key, now, now.plus(INTENT_LIFE), Status.OPEN);
        return new Change.Reserved(intent, expectedVersion, peer, audit(now, id, Action.ISSUANCE_STARTED));
    }

    /** A new certificate for what was reserved. */
    public Change.Enrolled enrolled(Change.Reserved reserved, Instant now) {
        return enrolled(reserved, certificate(reserved, Standing.ISSUED, Revocation.NONE), now);
    }

    public Change.Enrolled enrolled(Change.Reserved reserved, DeviceCertificate certificate, Instant now) {
        return new Change.Enrolled(
                reserved.intent().id(),
                certificate,
                Optional.empty(),
                new Device.Labels("pump", "type " + serials),
                now,
                audit(now, certificate.device(), Action.DEVICE_ENROLLED));
    }

    /** The same for a device that says when it has stored the certificate: until then it keeps the peer it has. */
    public static Change.Enrolled confirmedLater(Change.Enrolled enrolled) {
        return new Change.Enrolled(
                enrolled.intent(),
                confirmedLater(enrolled.certificate()),
                enrolled.targetToken(),
                enrolled.labels(),
                enrolled.at(),
                enrolled.audit());
    }

    /** The same with a token for a device that has none. */
    public static Change.Enrolled withToken(Change.Enrolled enrolled, Secret token) {
        return new Change.Enrolled(
                enrolled.intent(),
                enrolled.certificate(),
                Optional.of(token),
                enrolled.labels(),
                enrolled.at(),
                enrolled.audit());
    }

    private static DeviceCertificate confirmedLater(DeviceCertificate certificate) {
        return new DeviceCertificate(
                certificate.serial(),
                certificate.device(),
                certificate.incarnation(),
                certificate.key(),
                certificate.notBefore(),
                certificate.notAfter(),
                certificate.standing(),
                certificate.revocation(),
                certificate.pem(),
                certificate.chainPem(),
                certificate.peer(),
                false,
                certificate.request());
    }

    public Change.Undone undone(Change.Reserved reserved, Status end, Instant now) {
        return new Change.Undone(
                reserved.intent().id(), end, audit(now, reserved.intent().device(), Action.ISSUANCE_FAILED));
    }

    /** A new certificate that cannot be handed out. */
    public Change.Rejected rejected(Change.Reserved reserved, Instant now) {
        return new Change.Rejected(
                reserved.intent().id(),
                certificate(reserved, Standing.UNUSABLE, Revocation.DUE),
                audit(now, reserved.intent().device(), Action.CERTIFICATE_REJECTED));
    }

    public Change.PeerReplaced peerReplaced(
            DeviceCertificate certificate, long expectedVersion, PeerKey key, Instant now) {
        return new Change.PeerReplaced(
                certificate,
                expectedVersion,
                new TunnelPeer(key, Origin.BRIDGE, certificate.peer().firstIssued()),
                audit(now, certificate.device(), Action.PEER_REPLACED));
    }

    public Change.Seen seen(DeviceCertificate certificate, long expectedVersion, Instant now) {
        return new Change.Seen(
                certificate, expectedVersion, now, audit(now, certificate.device(), Action.CERTIFICATE_SEEN));
    }

    public Change.Attempted attempted(DeviceId id, KeyHash key, Instant now) {
        return new Change.Attempted(
                id,
                new Attempt(key, now, "192.0.2." + random.nextInt(256)),
                audit(now, id, Action.REENROLLMENT_REFUSED));
    }

    public Change.Allowed allowed(DeviceId id, KeyHash key, Instant expires, Instant now) {
        return new Change.Allowed(id, key, expires, audit(now, id, Action.REENROLLMENT_ALLOWED));
    }

    public Change.Revoked revoked(DeviceCertificate certificate, Instant now) {
        return new Change.Revoked(certificate, audit(now, certificate.device(), Action.CERTIFICATE_REVOKED));
    }

    public Change.Connected connected(DeviceId id, Incarnation incarnation, long expectedVersion, Instant now) {
        return new Change.Connected(id, incarnation, expectedVersion, audit(now, id, Action.DEVICE_CONNECTED));
    }

    public Change.CameBack cameBack(DeviceId id, Incarnation incarnation, Instant now) {
        return new Change.CameBack(id, incarnation, audit(now, id, Action.DEVICE_CAME_BACK));
    }

    public Change.Suspended suspended(DeviceId id, long expectedVersion, Instant now) {
        return new Change.Suspended(id, expectedVersion, audit(now, id, Action.DEVICE_SUSPENDED));
    }

    public Change.Resumed resumed(DeviceId id, long expectedVersion, Instant now) {
        return new Change.Resumed(id, expectedVersion, audit(now, id, Action.DEVICE_RESUMED));
    }

    public Change.Decommissioned decommissioned(DeviceId id, long expectedVersion, Instant now) {
        return new Change.Decommissioned(id, expectedVersion, audit(now, id, Action.DEVICE_DECOMMISSIONED));
    }

    /** Its address rests until {@code until}. */
    public Change.AddressReleased released(DeviceId id, Incarnation incarnation, Instant until, Instant now) {
        return new Change.AddressReleased(id, incarnation, until, audit(now, id, Action.ADDRESS_RELEASED));
    }

    public Change.Readmitted readmitted(DeviceId id, long expectedVersion, Instant now) {
        return new Change.Readmitted(id, expectedVersion, audit(now, id, Action.DEVICE_READMITTED));
    }

    public Change.MarkedDue markedDue(Set<DeviceId> ids, Backend backend, Instant now) {
        return new Change.MarkedDue(
                ids, backend, new AuditEvent(now, "", Action.LANES_MARKED_DUE, "test", ids.size() + " devices"));
    }

    public Change.AddressesImported imported(
            Map<String, TunnelAddress> reserved, Set<TunnelAddress> unassignable, Instant now) {
        return Change.AddressesImported.of(
                reserved, unassignable, new AuditEvent(now, "", Action.ADDRESSES_IMPORTED, "operator", "a file"));
    }

    /** Every one has a serial number and a leaf of its own, and every other one answers a signed request; all have one chain. */
    public DeviceCertificate certificate(Change.Reserved reserved, Standing standing, Revocation revocation) {
        IssuanceIntent intent = reserved.intent();
        BigInteger serial = new BigInteger(152, random).setBit(152);
        serials++;
        return new DeviceCertificate(
                serial,
                intent.device(),
                intent.incarnation(),
                intent.key(),
                intent.opened(),
                intent.opened().plus(Duration.ofDays(90)),
                standing,
                revocation,
                "-----BEGIN CERTIFICATE-----\n" + serial.toString(16) + "\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\nissuing\n-----END CERTIFICATE-----\n",
                new TunnelPeer(reserved.peer(), Origin.DEVICE, intent.opened()),
                true,
                serials % 2 == 0 ? "" : certificateKey("request " + serial).hex());
    }

    /** What {@code other} is good for, in the leaf of {@code leaf}. */
    public static DeviceCertificate withLeafOf(DeviceCertificate leaf, DeviceCertificate other) {
        return new DeviceCertificate(
                leaf.serial(),
                other.device(),
                other.incarnation(),
                other.key(),
                leaf.notBefore(),
                leaf.notAfter(),
                other.standing(),
                other.revocation(),
                leaf.pem(),
                leaf.chainPem(),
                other.peer(),
                other.atOnce(),
                other.request());
    }

    private AuditEvent audit(Instant now, DeviceId id, Action action) {
        return new AuditEvent(now, id.key(), action, "test", "detail " + random.nextInt(1000));
    }
}
