package io.provisioningbridge.adapter.jdbc;

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
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The device store in a database; made by {@link SqliteStores}. Reads run on the caller's thread, writes on one thread of
 * the store's own that ends with {@link #close}. It never takes part in a transaction of anybody else. Safe for concurrent
 * use.
 */
public final class JdbcDeviceStore implements DeviceStore {

    private final Handle.Source reads;
    private final GroupCommitter committer;
    private final AddressPools pools;
    private final String identity;
    private final List<String> openWarnings;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean writable = new AtomicBoolean(true);

    /** @param release lets go of the connections, after the last commit */
    JdbcDeviceStore(
            Handle.Source reads,
            GroupCommitter committer,
            AddressPools pools,
            String identity,
            List<String> openWarnings,
            Runnable release) {
        this.reads = reads;
        this.committer = committer;
        this.pools = pools;
        this.identity = identity;
        this.openWarnings = List.copyOf(openWarnings);
        this.release = release;
    }

    /** What was found when the store was opened and an operator should know; usually nothing. */
    public List<String> openWarnings() {
        return openWarnings;
    }

    @Override
    public Outcome commit(Change change) {
        return attempt(() -> committer.commit(change));
    }

    <T> T write(Write<T> write) {
        return attempt(() -> committer.write(write));
    }

    private <T> T attempt(Supplier<T> write) {
        try {
            T result = write.get();
            writable.set(true);
            return result;
        } catch (BackendUnavailableException e) {
            writable.set(false);
            throw e;
        }
    }

    /** The lanes that this store's changes make due. */
    public JdbcWorkQueue workQueue() {
        return new JdbcWorkQueue(this);
    }

    /**
     * Why nothing can be written at the moment, for readiness; empty when all is well. After a commit that failed, each call
     * tries whether a row can be written again; otherwise it costs nothing.
     */
    public Optional<String> problem() {
        if (!writable.get()) {
            try (Handle handle = reads.open()) {
                Tables.tryToWrite(handle);
                writable.set(true);
            } catch (SqlFailedException | SQLException e) {
                return Optional.of("nothing can be written; the log says why");
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<Device> find(DeviceId id) {
        return read(tables -> tables.devices().find(id.key()));
    }

    @Override
    public Optional<IssuanceIntent> openIntent(DeviceId id, Instant now) {
        return read(tables -> tables.intents().openOf(id.key()))
                .map(StoredIntent::intent)
                .filter(intent -> intent.openAt(now));
    }

    @Override
    public List<DeviceCertificate> certificates(DeviceId id) {
        return read(tables -> tables.certificates().of(id.key()));
    }

    @Override
    public List<IssuanceIntent> intents(DeviceId id) {
        return read(tables -> tables.intents().of(id.key())).stream()
                .map(StoredIntent::intent)
                .toList();
    }

    @Override
    public List<AuditEvent> events(DeviceId id) {
        return read(tables -> tables.events().of(id.key()));
    }

    @Override
    public List<AuditEvent> latestEvents(DeviceId id, AuditEvent.Action action, int most) {
        return read(tables -> tables.events().latest(id.key(), action, most));
    }

    @Override
    public int countEvents(DeviceId id, AuditEvent.Action action, Instant from) {
        return read(tables -> tables.events().count(id.key(), action, from));
    }

    @Override
    public List<Device> list(DeviceQuery query) {
        return read(tables -> tables.devices().list(query));
    }

    @Override
    public List<Attempt> attempts(DeviceId id) {
        return read(tables -> tables.attempts().of(id.key()));
    }

    @Override
    public boolean isAllowed(DeviceId id, KeyHash key, Instant now) {
        return read(tables -> tables.allowances().isAllowed(id.key(), key, now));
    }

    @Override
    public Incarnation incarnation(DeviceId id) {
        return read(tables -> tables.devices().incarnation(id.key()));
    }

    @Override
    public Set<PeerKey> peerKeys(DeviceId id) {
        return read(tables -> tables.peerKeys().of(id.key()));
    }

    @Override
    public Map<PeerKey, DeviceId> peerOwners(Set<PeerKey> keys) {
        return read(tables -> tables.peerKeys().owners(keys));
    }

    @Override
    public Optional<Secret> targetToken(DeviceId id) {
        return read(tables -> tables.targetTokens().of(id.key()));
    }

    @Override
    public void keepLanes(Set<Backend> systems, Instant now) {
        write(Write.always(tables -> {
            tables.lanes().systems().keep(systems, now);
            return true;
        }));
    }

    @Override
    public List<DesiredPeer> desiredPeers() {
        return read(tables -> tables.devices().desiredPeers());
    }

    @Override
    public PeerSnapshot peers() {
        return read(Tables::peers);
    }

    @Override
    public long peersRevision() {
        return read(Tables::peersRevision);
    }

    @Override
    public boolean everLeased(String deviceId, TunnelAddress address) {
        return read(tables -> tables.everLeased(DeviceId.keyOf(deviceId), address));
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            committer.close();
            release.run();
        }
    }

    <T> T read(Function<Tables, T> query) {
        if (closed.get()) {
            throw new BackendUnavailableException("the store is closed", Effect.NONE);
        }
        try (Handle handle = reads.open()) {
            return query.apply(Tables.in(handle, pools));
        } catch (SqlFailedException | SQLException e) {
            throw StoreFailures.unavailable("cannot be read", Effect.NONE, e);
        }
    }
}
