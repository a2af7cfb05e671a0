package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
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
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A device store that forgets everything when it is closed, and otherwise behaves as every other one. To a {@link FaultPlan}
 * each commit is a call of {@code commit} and one of {@code commit} with the kind of change, such as {@code commit Enrolled}.
 * Safe for concurrent use.
 */
public final class InMemoryDeviceStore implements DeviceStore {

    private final Object lock = new Object();
    private final InMemoryState state;
    private final FaultPlan faults;
    private final String identity;
    private boolean closed;

    public InMemoryDeviceStore(AddressPools pools) {
        this(pools, new FaultPlan());
    }

    /**
     * @param faults what goes wrong, by the names of {@link DeviceStore}'s methods; and {@code lease}, {@code finish},
     *     {@code lanes} and {@code listLanes} of its work queue
     */
    public InMemoryDeviceStore(AddressPools pools, FaultPlan faults) {
        this.state = new InMemoryState(pools);
        this.faults = faults;
        byte[] bits = new byte[16];
        new SecureRandom().nextBytes(bits);
        this.identity = HexFormat.of().formatHex(bits);
    }

    @Override
    public Outcome commit(Change change) {
        String kind = "commit " + change.getClass().getSimpleName();
        return faults.callUninterruptibly(
                "commit", () -> faults.callUninterruptibly(kind, () -> whileOpen(() -> state.apply(change))));
    }

    @Override
    public Optional<Device> find(DeviceId id) {
        return read("find", () -> state.device(id.key()));
    }

    @Override
    public Optional<IssuanceIntent> openIntent(DeviceId id, Instant now) {
        return read(
                "openIntent",
                () -> state.intents()
                        .openOf(id.key())
                        .map(Intents.Claim::intent)
                        .filter(intent -> intent.openAt(now)));
    }

    @Override
    public List<DeviceCertificate> certificates(DeviceId id) {
        return read("certificates", () -> state.certificates().of(id.key()));
    }

    @Override
    public List<IssuanceIntent> intents(DeviceId id) {
        return read(
                "intents",
                () -> state.intents().of(id.key()).map(Intents.Claim::intent).toList());
    }

    @Override
    public List<AuditEvent> events(DeviceId id) {
        return read("events", () -> state.events(id.key()));
    }

    @Override
    public List<AuditEvent> latestEvents(DeviceId id, AuditEvent.Action action, int most) {
        List<AuditEvent> all = read("latestEvents", () -> state.events(id.key())).stream()
                .filter(event -> event.action() == action)
                .toList();
        return all.subList(Math.max(0, all.size() - most), all.size());
    }

    @Override
    public int countEvents(DeviceId id, AuditEvent.Action action, Instant from) {
        return (int) read("countEvents", () -> state.events(id.key())).stream()
                .filter(event -> event.action() == action)
                .filter(event -> !event.at().isBefore(Milliseconds.of(from)))
                .count();
    }

    @Override
    public List<Device> list(DeviceQuery query) {
        return read("list", () -> state.list(query));
    }

    @Override
    public List<Attempt> attempts(DeviceId id) {
        return read("attempts", () -> state.attempts(id.key()));
    }

    @Override
    public boolean isAllowed(DeviceId id, KeyHash key, Instant now) {
        return read("isAllowed", () -> state.isAllowed(id.key(), key, now));
    }

    @Override
    public Incarnation incarnation(DeviceId id) {
        return read("incarnation", () -> state.incarnation(id.key()));
    }

    @Override
    public Set<PeerKey> peerKeys(DeviceId id) {
        return read("peerKeys", () -> state.peerKeys(id.key()));
    }

    @Override
    public Map<PeerKey, DeviceId> peerOwners(Set<PeerKey> keys) {
        return read("peerOwners", () -> state.peerOwners(keys));
    }

    @Override
    public Optional<Secret> targetToken(DeviceId id) {
        return read("targetToken", () -> state.targetToken(id.key()));
    }

    @Override
    public void keepLanes(Set<Backend> systems, Instant now) {
        access("keepLanes", known -> {
            known.keepLanes(systems, Milliseconds.of(now));
            return true;
        });
    }

    @Override
    public List<DesiredPeer> desiredPeers() {
        return read("desiredPeers", state::desiredPeers);
    }

    @Override
    public PeerSnapshot peers() {
        return read("peers", () -> state.leases().peers());
    }

    @Override
    public long peersRevision() {
        return read("peersRevision", () -> state.leases().revision());
    }

    @Override
    public boolean everLeased(String deviceId, TunnelAddress address) {
        return read("everLeased", () -> state.leases().everLeased(DeviceId.keyOf(deviceId), address));
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
    }

    /** The lanes that this store's changes make due; usable until the store is closed. */
    public WorkQueue workQueue() {
        return new InMemoryWorkQueue(this);
    }

    <T> T access(String operation, Function<InMemoryState, T> use) {
        return read(operation, () -> use.apply(state));
    }

    private <T> T read(String operation, Supplier<T> query) {
        return faults.callUninterruptibly(operation, () -> whileOpen(query));
    }

    private <T> T whileOpen(Supplier<T> access) {
        synchronized (lock) {
            if (closed) {
                throw new BackendUnavailableException("the store is closed", Effect.NONE);
            }
            return access.get();
        }
    }
}
