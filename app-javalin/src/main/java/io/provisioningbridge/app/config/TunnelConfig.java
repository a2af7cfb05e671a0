package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.PeerKey;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * The WireGuard side.
 *
 * @param pools where devices get their addresses from
 * @param serverEndpoint what devices dial
 * @param serverKey the server's public key
 * @param clientAllowedIps what devices send through the tunnel, at least one network
 * @param clientMtu in bytes; empty: left to the device
 * @param directory where {@code cdm_peers.json} is kept
 */
public record TunnelConfig(
        AddressPools pools,
        HostPort serverEndpoint,
        PeerKey serverKey,
        List<IpNetwork> clientAllowedIps,
        OptionalInt clientMtu,
        Path directory) {

    public TunnelConfig {
        clientAllowedIps = List.copyOf(clientAllowedIps);
    }
}
