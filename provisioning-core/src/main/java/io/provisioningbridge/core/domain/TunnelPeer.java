package io.provisioningbridge.core.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * The one WireGuard peer of a device.
 *
 * @param key what the server knows it by
 * @param origin who made the key pair
 * @param firstIssued when this device was first given a tunnel in its present incarnation; kept when a pair is made anew
 */
public record TunnelPeer(PeerKey key, Origin origin, Instant firstIssued) {

    /** How long after first issue a bridge-made pair may be made anew: its private half may never have arrived. */
    public static final Duration REISSUE_WINDOW = Duration.ofMinutes(10);

    /** Who made the pair. */
    public enum Origin {
        /** The device sent its public key; the bridge never saw the private one. */
        DEVICE,
        /** The bridge made the pair and handed the private half out once. */
        BRIDGE
    }

    /** Whether the bridge made this pair so recently that a device whose answer was lost may get a new one. */
    public boolean mayBeMadeAnew(Instant now) {
        return origin == Origin.BRIDGE && now.isBefore(firstIssued.plus(REISSUE_WINDOW));
    }
}
