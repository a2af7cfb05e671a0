package io.provisioningbridge.testkit.contract;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
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
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.domain.TunnelPeer.Origin;
import io.provisioningbridge.core.port.Change;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
        return enrolled(reserved, certificate(reserved.intent(), Standing.ISSUED, Revocation.NONE), now);
    }

    public Change.Enrolled enrolled(Change.Reserved reserved, DeviceCertificate certificate, Instant now) {
        return new Change.Enrolled(
                reserved.intent().id(),
                certificate,
                new TunnelPeer(reserved.peer(), Origin.DEVICE, now),
                new Device.Labels("pump", "type " + serials),
                now,
                audit(now, certificate.device(), Action.DEVICE_ENROLLED));
    }

    public Change.Undone undone(Change.Reserved reserved, Status end, Instant now) {
        return new Change.Undone(
                reserved.intent().id(), end, audit(now, reserved.intent().device(), Action.ISSUANCE_FAILED));
    }

    /** A new certificate that cannot be handed out. */
    public Change.Rejected rejected(Change.Reserved reserved, Instant now) {
        return new Change.Rejected(
                reserved.intent().id(),
                certificate(reserved.intent(), Standing.UNUSABLE, Revocation.DUE),
                audit(now, reserved.intent().device(), Action.CERTIFICATE_REJECTED));
    }

    public Change.PeerReplaced peerReplaced(Device device, PeerKey key, Instant now) {
        return new Change.PeerReplaced(
                device.id(),
                device.version(),
                new TunnelPeer(key, Origin.BRIDGE, device.peer().firstIssued()),
                audit(now, device.id(), Action.PEER_REPLACED));
    }

    public Change.Revoked revoked(DeviceCertificate certificate, Instant now) {
        return new Change.Revoked(certificate, audit(now, certificate.device(), Action.CERTIFICATE_REVOKED));
    }

    public Change.AddressesImported imported(
            Map<String, TunnelAddress> reserved, Set<TunnelAddress> unassignable, Instant now) {
        return Change.AddressesImported.of(
                reserved, unassignable, new AuditEvent(now, "", Action.ADDRESSES_IMPORTED, "operator", "a file"));
    }

    /** Every one has a serial number and a leaf of its own; all have one chain. */
    public DeviceCertificate certificate(IssuanceIntent intent, Standing standing, Revocation revocation) {
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
                "-----BEGIN CERTIFICATE-----\nissuing\n-----END CERTIFICATE-----\n");
    }

    private AuditEvent audit(Instant now, DeviceId id, Action action) {
        return new AuditEvent(now, id.key(), action, "test", "detail " + random.nextInt(1000));
    }
}
