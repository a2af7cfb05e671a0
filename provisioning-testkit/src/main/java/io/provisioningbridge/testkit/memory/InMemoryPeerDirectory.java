package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.PublishedPeers;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A directory that others ask directly. Safe for concurrent use. */
public final class InMemoryPeerDirectory implements PeerDirectory, PublishedPeers {

    private static final PeerSnapshot NOTHING = PeerSnapshot.of(Long.MIN_VALUE, Map.of());

    private final FaultPlan faults;
    private PeerSnapshot current = NOTHING;
    private SortedMap<String, TunnelAddress> told = current.addresses();

    /** Without faults. */
    public InMemoryPeerDirectory() {
        this(new FaultPlan());
    }

    /** @param faults what goes wrong with {@code publish} and {@code published} */
    public InMemoryPeerDirectory(FaultPlan faults) {
        this.faults = faults;
    }

    @Override
    public void publish(PeerSnapshot snapshot) {
        faults.call("publish", () -> replace(snapshot));
    }

    private synchronized PeerSnapshot replace(PeerSnapshot snapshot) {
        current = snapshot.revision() > current.revision() ? snapshot : current;
        told = current.addresses();
        return current;
    }

    @Override
    public Parsed<SortedMap<String, Parsed<TunnelAddress>>> published() {
        return faults.call("published", () -> {
            SortedMap<String, Parsed<TunnelAddress>> entries = new TreeMap<>();
            addresses().forEach((id, address) -> entries.put(id, Parsed.valid(address)));
            return Parsed.valid(entries);
        });
    }

    /** What it tells now, unmodifiable; empty when nothing was published. */
    public synchronized SortedMap<String, TunnelAddress> addresses() {
        return told;
    }

    /** Has it tell something else, as another program does; until somebody publishes again. */
    public synchronized void overwrite(Map<String, TunnelAddress> entries) {
        told = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }
}
