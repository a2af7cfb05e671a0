package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DesiredPeer;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything the bridge knows. All writes are {@link #commit}; it returns when they are durable. Reads see every commit
 * that returned before they began. Ids are looked up in any spelling. Safe for concurrent use.
 *
 * <p>Every method throws {@link BackendUnavailableException} when the store cannot be read or written (a full disk, say).
 * For {@code commit} its effect is {@link BackendException.Effect#NONE}, unless the change may have been written all the
 * same.
 */
public interface DeviceStore extends AutoCloseable {

    /**
     * Writes all of a change or nothing of it, and waits until that is durable. An interrupt does not end the wait, which
     * the store bounds by its own time-out: a caller that was interrupted while it talked to a backend can still put its
     * affairs in order. The thread's interrupt flag is kept.
     */
    Outcome commit(Change change);

    /** The device, empty when it was never enrolled. */
    Optional<Device> find(DeviceId id);

    /** The intent that is open for a device at {@code now}. */
    Optional<IssuanceIntent> openIntent(DeviceId id, Instant now);

    /** Every certificate of a device and all its incarnations, in the order they were stored. */
    List<DeviceCertificate> certificates(DeviceId id);

    /** Every intent of a device, in the order they were opened. */
    List<IssuanceIntent> intents(DeviceId id);

    /** The device's audit trail, oldest first. */
    List<AuditEvent> events(DeviceId id);

    /**
     * The latest of one kind in the device's audit trail, oldest first.
     *
     * @param most so many of them, 1 to 1000
     */
    List<AuditEvent> latestEvents(DeviceId id, AuditEvent.Action action, int most);

    /** How many of one kind there are in the device's audit trail from a moment on. */
    int countEvents(DeviceId id, AuditEvent.Action action, Instant from);

    /** Devices in the order of their keys. */
    List<Device> list(DeviceQuery query);

    /** The keys tried in vain for a device, latest first. */
    List<Attempt> attempts(DeviceId id);

    /** Whether an operator's allowance for that key counts at {@code now}. */
    boolean isAllowed(DeviceId id, KeyHash key, Instant now);

    /**
     * Which life of the id an enrollment would be: that of its record, or of the one that would be made.
     */
    Incarnation incarnation(DeviceId id);

    /** Every WireGuard key that was ever claimed for a device, in any incarnation, unless another device claimed it later. */
    Set<PeerKey> peerKeys(DeviceId id);

    /** Which of these WireGuard keys were ever claimed, and for which device last. */
    Map<PeerKey, DeviceId> peerOwners(Set<PeerKey> keys);

    /** What the device shows to the update server; empty when it was never given such, or is out of service. */
    Optional<Secret> targetToken(DeviceId id);

    /**
     * Which systems there are lanes for from now on: a change makes none due at another one, except where a device has a lane
     * there from before. At one that was not kept until now every device gets a lane that is due, unless it has one. Before the first call they are
     * {@link Backend#CERTIFICATE_AUTHORITY} and {@link Backend#TUNNEL}. The cost grows with the fleet.
     *
     * @param now since when those lanes are due
     */
    void keepLanes(Set<Backend> systems, Instant now);

    /**
     * The peers the tunnel server should know: those of the devices that are neither suspended nor out of service. The cost
     * grows with the fleet.
     */
    List<DesiredPeer> desiredPeers();

    /** Who has which address. The cost grows with the fleet. */
    PeerSnapshot peers();

    /** The revision {@link #peers()} would have; cheap. */
    long peersRevision();

    /** Whether this store ever leased or reserved that address for that id, in any spelling. */
    boolean everLeased(String deviceId, TunnelAddress address);

    /** Names this store: made once with it, and different in every other. */
    String identity();

    /** Waits for commits under way, then lets go of everything. Closing twice is harmless. */
    @Override
    void close();
}
