package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;

/** A directory that others ask directly. Safe for concurrent use. */
public final class InMemoryPeerDirectory implements PeerDirectory {

    private static final PeerSnapshot NOTHING = PeerSnapshot.of(Long.MIN_VALUE, Map.of());

    private final AtomicReference<PeerSnapshot> current = new AtomicReference<>(NOTHING);

    private final FaultPlan faults;

    /** Without faults. */
    public InMemoryPeerDirectory() {
        this(new FaultPlan());
    }

    /** @param faults what goes wrong with {@code publish} */
    public InMemoryPeerDirectory(FaultPlan faults) {
        this.faults = faults;
    }

    @Override
    public void publish(PeerSnapshot snapshot) {
        faults.call(
                "publish",
                () -> current.accumulateAndGet(
                        snapshot, (old, other) -> other.revision() > old.revision() ? other : old));
    }

    /** What was published last, unmodifiable; empty when nothing was. */
    public SortedMap<String, TunnelAddress> addresses() {
        return current.get().addresses();
    }
}
