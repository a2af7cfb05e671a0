package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DesiredPeer;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.WorkQueue;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares all that the tunnel server knows with all that it should, now and then and whenever it may have lost something,
 * and marks the lanes of what differs: a repair goes the way of every other change. Peers of others are left alone, and their
 * addresses are given to nobody. Safe for concurrent use.
 */
final class TunnelVerification {

    private static final Logger LOG = System.getLogger(TunnelVerification.class.getName());
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    // A round may cost a twentieth of the time at most.
    private static final int PAUSE_PER_COST = 19;
    private static final int AT_ONCE = 500;
    private static final int PAGE = 1000;
    private static final String ALONE = "/32";

    private final DeviceStore store;
    private final WorkQueue queue;
    private final TunnelPeers peers;
    private final ForeignPeers foreign;
    private final InstantSource clock;

    private final Set<TunnelAddress> reserved = new HashSet<>();
    private long epoch;
    private Instant next = Instant.MIN;
    private String trouble = "";

    TunnelVerification(
            DeviceStore store, WorkQueue queue, TunnelPeers peers, ForeignPeers foreign, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.peers = peers;
        this.foreign = foreign;
        this.clock = clock;
    }

    /** @return how many devices were found to differ; 0 when it is not time yet */
    synchronized int run() {
        Instant begin = clock.instant();
        long now = peers.epoch();
        if (begin.isBefore(next) && (now == epoch || !trouble.isEmpty())) {
            return 0;
        }
        Map<PeerKey, Set<String>> there;
        try {
            there = peers.observe();
        } catch (BackendUnavailableException e) {
            next = begin.plus(AFTER_FAILURE);
            tell(String.valueOf(e.getMessage()));
            return 0;
        }
        tell("");
        int differing = compare(there, now != epoch, begin);
        epoch = now;
        Duration cost = Duration.between(begin, clock.instant());
        Duration pause = cost.multipliedBy(PAUSE_PER_COST);
        next = clock.instant().plus(pause.compareTo(EVERY) > 0 ? pause : EVERY);
        return differing;
    }

    /** The same trouble is told once, not every few seconds for as long as it lasts. */
    private void tell(String problem) {
        if (!problem.equals(trouble)) {
            if (problem.isEmpty()) {
                LOG.log(Level.INFO, "the peers of the tunnel server can be read again");
            } else {
                LOG.log(Level.WARNING, "the tunnel server''s peers cannot be read: {0}", problem);
            }
        }
        trouble = problem;
    }

    /** @param anew whether this is the first look at this interface, so that what was in a lane's way may be gone */
    private int compare(Map<PeerKey, Set<String>> there, boolean anew, Instant now) {
        Map<PeerKey, DesiredPeer> desired = new HashMap<>();
        store.desiredPeers().forEach(peer -> desired.put(peer.key(), peer));
        Set<PeerKey> unexpected = new HashSet<>(there.keySet());
        unexpected.removeAll(desired.keySet());
        Map<PeerKey, DeviceId> owners = unexpected.isEmpty() ? Map.of() : store.peerOwners(unexpected);
        unexpected.removeAll(owners.keySet());
        Set<TunnelAddress> occupied = foreign.addresses();
        foreign.saw(reserve(unexpected, there, now));
        Set<DeviceId> differing = new HashSet<>(owners.values());
        Set<DeviceId> freed = new HashSet<>();
        for (DesiredPeer peer : desired.values()) {
            if (foreign.at(peer.address()).isPresent()) {
                continue;
            }
            Set<String> allowed = there.getOrDefault(peer.key(), Set.of());
            boolean asItShouldBe = allowed.size() == 1 && allowed.contains(peer.address() + ALONE);
            if (occupied.contains(peer.address())) {
                // Whatever is there by now: its lane has failed, or is about to.
                freed.add(peer.device());
            } else if (!asItShouldBe) {
                differing.add(peer.device());
            }
        }
        differing.removeAll(
                knownToDiffer(differing, anew ? Set.of(Lane.State.DUE) : Set.of(Lane.State.DUE, Lane.State.FAILED)));
        differing.addAll(freed);
        mark(differing, now);
        return differing.size();
    }

    /** Those whose lanes are behind anyway, and wait for their time; or have failed, and wait for an operator. */
    private Set<DeviceId> knownToDiffer(Set<DeviceId> differing, Set<Lane.State> states) {
        Set<DeviceId> known = new HashSet<>();
        if (differing.isEmpty()) {
            return known;
        }
        for (Lane.State state : states) {
            List<Lane> page = queue.list(state, Optional.empty(), PAGE);
            while (!page.isEmpty()) {
                page.stream()
                        .filter(lane -> lane.backend() == Backend.TUNNEL)
                        .map(Lane::device)
                        .forEach(known::add);
                page = queue.list(state, Optional.of(page.get(page.size() - 1)), PAGE);
            }
        }
        return known;
    }

    private void mark(Set<DeviceId> differing, Instant now) {
        List<DeviceId> all = new ArrayList<>(differing);
        for (int first = 0; first < all.size(); first += AT_ONCE) {
            List<DeviceId> some = all.subList(first, Math.min(first + AT_ONCE, all.size()));
            store.commit(new Change.MarkedDue(
                    Set.copyOf(some),
                    Backend.TUNNEL,
                    new AuditEvent(
                            now,
                            "",
                            AuditEvent.Action.LANES_MARKED_DUE,
                            "bridge",
                            some.size() + " peers at the tunnel server are not as they should be")));
        }
    }

    /** Only what is one address alone can collide: of a wider network a device's own address is always the narrower part. */
    private Map<TunnelAddress, PeerKey> reserve(Set<PeerKey> others, Map<PeerKey, Set<String>> there, Instant now) {
        Map<TunnelAddress, PeerKey> addresses = new HashMap<>();
        for (PeerKey key : others) {
            for (String allowed : there.getOrDefault(key, Set.of())) {
                if (allowed.endsWith(ALONE)) {
                    TunnelAddress.parse(allowed.substring(0, allowed.length() - ALONE.length()))
                            .value()
                            .ifPresent(address -> addresses.put(address, key));
                }
            }
        }
        for (Map.Entry<TunnelAddress, PeerKey> entry : addresses.entrySet()) {
            if (reserved.add(entry.getKey())) {
                reserve(entry.getKey(), entry.getValue(), now);
            }
        }
        return addresses;
    }

    private void reserve(TunnelAddress address, PeerKey key, Instant now) {
        Outcome outcome = store.commit(Change.AddressesImported.of(
                Map.of(),
                Set.of(address),
                new AuditEvent(
                        now,
                        "",
                        AuditEvent.Action.ADDRESSES_IMPORTED,
                        "bridge",
                        "the tunnel server has a peer of its own at " + address)));
        if (outcome instanceof Outcome.Committed) {
            LOG.log(
                    Level.INFO,
                    "the tunnel server has a peer of its own at {0} ({1}); no device gets that",
                    address,
                    key);
        } else {
            LOG.log(
                    Level.ERROR,
                    "the tunnel server has a peer at {0} ({1}) that is not the bridge''s, and the address is a device''s;"
                            + " take the peer away there",
                    address,
                    key);
        }
    }
}
