package io.provisioningbridge.core.domain;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which device has which tunnel address at one moment, imported reservations included.
 *
 * @param revision grows with every change of {@code addresses}, and with every change of the peers the tunnel server should
 *     know: a key made anew, a device suspended or resumed
 * @param addresses by device id in its first spelling, sorted
 */
public record PeerSnapshot(long revision, SortedMap<String, TunnelAddress> addresses) {

    public PeerSnapshot {
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    }

    public static PeerSnapshot of(long revision, Map<String, TunnelAddress> addresses) {
        return new PeerSnapshot(revision, new TreeMap<>(addresses));
    }
}
