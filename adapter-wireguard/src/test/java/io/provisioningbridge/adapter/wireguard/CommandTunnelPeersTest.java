package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.time.Duration;

class CommandTunnelPeersTest extends RealTunnelPeersContract {

    @Override
    TunnelPeers peers(WireGuardServer of, Duration deadline) {
        return new CommandTunnelPeers(WireGuardServer.INTERFACE, of.inside(), deadline);
    }
}
