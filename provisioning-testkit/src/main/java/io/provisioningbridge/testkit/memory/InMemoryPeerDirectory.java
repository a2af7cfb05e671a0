package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.PeerDirectory;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;

/** A directory that others ask directly. Safe for concurrent use. */
public final class InMemoryPeerDirectory implements PeerDirectory {

    private static final PeerSnapshot NOTHING = PeerSnapshot.of(Long.MIN_VALUE, Map.of());

    private final AtomicReference<PeerSnapshot> current = new AtomicReference<>(NOTHING);

    @Override
    public void publish(PeerSnapshot snapshot) {
        current.accumulateAndGet(snapshot, (old, other) -> other.revision() > old.revision() ? other : old);
    }

    /** What was published last, unmodifiable; empty when nothing was. */
    public SortedMap<String, TunnelAddress> addresses() {
        return current.get().addresses();
    }
}
