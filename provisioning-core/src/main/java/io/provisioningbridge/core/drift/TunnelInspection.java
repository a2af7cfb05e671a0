package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DesiredPeer;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.TunnelPeers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Compares the peers of the tunnel server, which tells all of them at once or none. */
final class TunnelInspection implements Inspection {

    private static final String ALONE = "/32";

    private final DeviceStore store;
    private final TunnelPeers peers;
    private final Calls calls;
    private final Quiet quiet;

    TunnelInspection(DeviceStore store, TunnelPeers peers, Calls calls, Quiet quiet) {
        this.store = store;
        this.peers = peers;
        this.calls = calls;
        this.quiet = quiet;
    }

    @Override
    public Place place() {
        return Place.TUNNEL;
    }

    @Override
    public void all(Findings found) {
        compare(finding -> true, found);
    }

    @Override
    public void some(Set<DeviceId> devices, Findings found) {
        Set<String> keys = devices.stream().map(DeviceId::key).collect(Collectors.toSet());
        compare(
                finding -> finding.device()
                        .map(DeviceId::key)
                        .filter(keys::contains)
                        .isPresent(),
                found);
    }

    private void compare(Predicate<Finding> wanted, Findings found) {
        Set<Finding> first = differences(wanted);
        if (first.isEmpty()) {
            return;
        }
        Map<DeviceId, OptionalLong> before = new HashMap<>();
        first.forEach(finding -> finding.device().ifPresent(device -> before.computeIfAbsent(device, this::at)));
        Set<Finding> second = differences(wanted);
        second.retainAll(first);
        second.stream()
                .filter(finding -> finding.device()
                        .map(device -> isQuiet(before.getOrDefault(device, OptionalLong.empty()), at(device)))
                        .orElse(true))
                .forEach(found::add);
    }

    private static boolean isQuiet(OptionalLong before, OptionalLong after) {
        return before.isPresent() && before.equals(after);
    }

    private OptionalLong at(DeviceId device) {
        return quiet.at(device, Backend.TUNNEL);
    }

    private Set<Finding> differences(Predicate<Finding> wanted) {
        Fleet.endIfInterrupted();
        Set<Finding> differences = new LinkedHashSet<>();
        Map<PeerKey, Set<String>> there = calls.ask(peers::observe);
        Set<PeerKey> unexpected = new HashSet<>(there.keySet());
        for (DesiredPeer peer : store.desiredPeers()) {
            unexpected.remove(peer.key());
            String should = peer.address() + ALONE;
            Set<String> allowed = there.get(peer.key());
            if (allowed == null) {
                differences.add(Finding.of(FindingType.MISSING_PEER, peer.device(), peer.key() + " at " + should));
            } else if (!allowed.equals(Set.of(should))) {
                differences.add(Finding.of(
                        FindingType.WRONG_PEER,
                        peer.device(),
                        peer.key() + " at " + text(allowed) + " instead of " + should));
            }
        }
        Map<PeerKey, DeviceId> owners = unexpected.isEmpty() ? Map.of() : store.peerOwners(unexpected);
        for (PeerKey key : unexpected) {
            String where = "at " + text(there.getOrDefault(key, Set.of()));
            DeviceId owner = owners.get(key);
            differences.add(
                    owner == null
                            ? Finding.foreign(FindingType.ORPHAN_PEER, key.base64(), where)
                            : Finding.of(FindingType.UNWANTED_PEER, owner, key + " " + where));
        }
        differences.removeIf(wanted.negate());
        return differences;
    }

    private static String text(Set<String> allowed) {
        return allowed.isEmpty() ? "no address" : String.join(", ", new TreeSet<>(allowed));
    }
}
