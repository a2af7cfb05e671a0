package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;

/**
 * What devices are told about the tunnel.
 *
 * @param serverKey public key of the tunnel server
 * @param endpoint where it is reached
 * @param allowedIps what devices send through it
 * @param mtu of the devices' end
 */
public record WireGuardSettings(PeerKey serverKey, Endpoint endpoint, AllowedIps allowedIps, Mtu mtu) {}
