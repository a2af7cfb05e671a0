package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A tunnel server that carries nothing. Operations for the {@link FaultPlan}: {@code put}, {@code remove}, {@code observe}
 * (nonsense: every key it ever knew, at what is no address, and a stranger at the addresses of all). Safe for concurrent use.
 */
public final class InMemoryTunnelPeers implements TunnelPeers {

    private static final PeerKey STRANGER = PeerKey.of(
            new byte[] {9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            });
    private static final Set<String> NO_ADDRESS = Set.of("", "(none)", "999.0.0.1/32", "10.8.0.2", "0.0.0.0/99");

    private final FaultPlan faults;
    private final Evidence evidence;
    private final Map<PeerKey, Set<String>> peers = new HashMap<>();
    private final Set<PeerKey> refused = new HashSet<>();
    private final Set<PeerKey> ever = new HashSet<>();
    private long epoch = 1;

    /** Without faults. */
    public InMemoryTunnelPeers() {
        this(new FaultPlan());
    }

    /** One that is asked directly. */
    public InMemoryTunnelPeers(FaultPlan faults) {
        this(faults, Evidence.OBSERVED);
    }

    /** @param evidence {@link Evidence#PROJECTED} for one that is only written down */
    public InMemoryTunnelPeers(FaultPlan faults, Evidence evidence) {
        this.faults = faults;
        this.evidence = evidence;
    }

    @Override
    public List<Result> put(List<Assignment> batch) {
        return uninterrupted("put", () -> batch.stream().map(this::putOne).toList());
    }

    private Result putOne(Assignment peer) {
        peer.replaces().forEach(peers::remove);
        if (refused.contains(peer.key())) {
            return new Result.Refused("planned: " + peer.key() + " is refused");
        }
        String address = peer.address() + "/32";
        peers.values().forEach(addresses -> addresses.remove(address));
        peers.put(peer.key(), new HashSet<>(Set.of(address)));
        ever.add(peer.key());
        return new Result.Done();
    }

    @Override
    public List<Result> remove(List<PeerKey> keys) {
        return uninterrupted("remove", () -> {
            List<Result> results = new ArrayList<>();
            for (PeerKey key : keys) {
                peers.remove(key);
                results.add(new Result.Done());
            }
            return List.copyOf(results);
        });
    }

    @Override
    public Map<PeerKey, Set<String>> observe() {
        return uninterrupted("observe", this::known, this::nonsense);
    }

    private synchronized Map<PeerKey, Set<String>> nonsense(Map<PeerKey, Set<String>> known) {
        Map<PeerKey, Set<String>> answer = new HashMap<>();
        ever.forEach(key -> answer.put(key, NO_ADDRESS));
        answer.put(STRANGER, known.values().stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet()));
        return Map.copyOf(answer);
    }

    @Override
    public Evidence evidence() {
        return evidence;
    }

    @Override
    public synchronized long epoch() {
        return epoch;
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }

    /** Every peer there is, as {@link #observe} says it when nothing goes wrong. */
    public synchronized Map<PeerKey, Set<String>> known() {
        Map<PeerKey, Set<String>> copy = new HashMap<>();
        peers.forEach((key, addresses) -> copy.put(key, Set.copyOf(addresses)));
        return Map.copyOf(copy);
    }

    /**
     * Adds a peer, or gives one other addresses, as another program does.
     *
     * @param allowedIps with masks
     */
    public synchronized void addForeign(PeerKey key, Set<String> allowedIps) {
        peers.values().forEach(addresses -> addresses.removeAll(allowedIps));
        peers.put(key, new HashSet<>(allowedIps));
    }

    /** Loses all peers, as when the interface is made anew. */
    public synchronized void loseEverything() {
        peers.clear();
        epoch++;
    }

    /** From now on refuses to put this key; keys it would replace are removed all the same. */
    public synchronized void refuse(PeerKey key) {
        refused.add(key);
    }

    private <T> T uninterrupted(String operation, Supplier<T> effect) {
        return uninterrupted(operation, effect, UnaryOperator.identity());
    }

    private <T> T uninterrupted(String operation, Supplier<T> effect, UnaryOperator<T> spoil) {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendUnavailableException("the calling thread is interrupted", Effect.NONE);
        }
        Supplier<T> alone = () -> {
            synchronized (this) {
                return effect.get();
            }
        };
        return faults.call(operation, alone, spoil);
    }
}
