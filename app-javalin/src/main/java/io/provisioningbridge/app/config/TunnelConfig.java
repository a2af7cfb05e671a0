package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.PeerKey;
import java.nio.file.Path;
import java.time.Duration;
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
 * @param apply how peers reach the server
 * @param interfaceName the server's interface, such as {@code wg0}
 * @param quarantine how long a released address rests
 */
public record TunnelConfig(
        AddressPools pools,
        HostPort serverEndpoint,
        PeerKey serverKey,
        List<IpNetwork> clientAllowedIps,
        OptionalInt clientMtu,
        Path directory,
        Apply apply,
        String interfaceName,
        Duration quarantine) {

    /** How peers reach the server. */
    public enum Apply {
        /** Into its configuration file, for whoever reads that. */
        FILE,
        /** Through the socket of a userspace WireGuard. */
        UAPI,
        /** By {@code wg set}. */
        COMMAND
    }

    public TunnelConfig {
        clientAllowedIps = List.copyOf(clientAllowedIps);
    }
}
