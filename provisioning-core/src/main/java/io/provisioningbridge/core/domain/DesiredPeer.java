package io.provisioningbridge.core.domain;

/**
 * A peer the tunnel server should know.
 *
 * @param device whose it is
 * @param key its key
 * @param address its address
 */
public record DesiredPeer(DeviceId device, PeerKey key, TunnelAddress address) {}
