package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The peers of others, as they were last seen. Safe for concurrent use. */
final class ForeignPeers {

    private volatile Map<TunnelAddress, PeerKey> byAddress = Map.of();

    void saw(Map<TunnelAddress, PeerKey> found) {
        byAddress = Map.copyOf(found);
    }

    Set<TunnelAddress> addresses() {
        return byAddress.keySet();
    }

    Optional<PeerKey> at(TunnelAddress address) {
        return Optional.ofNullable(byAddress.get(address));
    }
}
