package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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

    /** Devices in the order of their keys. */
    List<Device> list(DeviceQuery query);

    /** The keys tried in vain for a device, latest first. */
    List<Attempt> attempts(DeviceId id);

    /** Whether an operator's allowance for that key counts at {@code now}. */
    boolean isAllowed(DeviceId id, KeyHash key, Instant now);

    /** Up to {@code limit} certificates that wait to be revoked, longest waiting first. */
    List<DeviceCertificate> dueForRevocation(int limit);

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
