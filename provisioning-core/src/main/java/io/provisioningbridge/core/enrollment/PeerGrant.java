package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import java.util.function.Function;

/** The peer a device has or is going to have, and how its configuration is written once its address is known. */
record PeerGrant(TunnelPeer peer, Function<TunnelAddress, String> writer) {

    String configuration(TunnelAddress address) {
        return writer.apply(address);
    }
}
