package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.domain.TunnelPeer.Origin;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.time.Instant;

/** Decides which WireGuard peer a device gets. */
final class PeerGrants {

    private final TunnelConfigWriter tunnel;

    PeerGrants(TunnelConfigWriter tunnel) {
        this.tunnel = tunnel;
    }

    /** For a device that has none: the key it sent, or a pair of ours. */
    PeerGrant first(Application application, Instant now) {
        return application
                .peerKey()
                .map(key -> kept(new TunnelPeer(key, Origin.DEVICE, now)))
                .orElseGet(() -> made(now));
    }

    /** For a device that may change: the key it sent, else the one it has if only the device can have its private half. */
    PeerGrant changed(Application application, Device device, Instant now) {
        boolean keeps = application
                .peerKey()
                .map(key -> key.equals(device.peer().key()))
                .orElse(device.peer().origin() == Origin.DEVICE);
        return keeps ? kept(device.peer()) : first(application, now);
    }

    /** The very same peer; the device has the private half. */
    PeerGrant kept(TunnelPeer peer) {
        return new PeerGrant(peer, tunnel::configuration);
    }

    /** A new pair of ours in place of one whose private half may never have arrived. */
    PeerGrant remade(TunnelPeer peer) {
        return made(peer.firstIssued());
    }

    private PeerGrant made(Instant firstIssued) {
        PeerKeyPair pair = tunnel.newKeyPair();
        return new PeerGrant(
                new TunnelPeer(pair.publicKey(), Origin.BRIDGE, firstIssued),
                address -> tunnel.configuration(address, pair.privateKey()));
    }
}
