package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.adapter.wireguard.PeerBatch.Clause;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Peers of a running server that takes several changes in one message.
 *
 * <p>Safe for concurrent use: one caller at a time talks to the server, the others wait no longer than their deadline.
 */
abstract class LiveTunnelPeers implements TunnelPeers {

    private final ReentrantLock turn = new ReentrantLock(true);
    private final int clausesPerMessage;
    private final Duration deadline;

    LiveTunnelPeers(int clausesPerMessage, Duration deadline) {
        this.clausesPerMessage = clausesPerMessage;
        this.deadline = deadline;
    }

    /** Says that this key has exactly this address. */
    abstract String putClause(PeerKey key, TunnelAddress address);

    /** Says that this key is gone. */
    abstract String removeClause(PeerKey key);

    /**
     * Sends clauses, to be carried out in this order.
     *
     * @return why the server will not, all or one of them; empty when it says it has done all
     */
    abstract Optional<String> send(List<String> clauses, Deadline until);

    /** Every peer with what it may send from. */
    abstract Map<PeerKey, Set<String>> list(Deadline until);

    @Override
    public final List<Result> put(List<Assignment> peers) {
        return inTurn(until -> apply(peers.stream().map(this::clauses).toList(), until));
    }

    @Override
    public final List<Result> remove(List<PeerKey> peers) {
        return inTurn(until ->
                apply(peers.stream().map(key -> List.of(removal(key))).toList(), until));
    }

    @Override
    public final Map<PeerKey, Set<String>> observe() {
        return inTurn(this::list);
    }

    @Override
    public final Evidence evidence() {
        return Evidence.OBSERVED;
    }

    @Override
    public final Duration deadline() {
        return deadline;
    }

    /** Has the server to itself for one call. */
    private <T> T inTurn(Function<Deadline, T> call) {
        Deadline until = Deadline.in(deadline);
        try {
            if (!turn.tryLock(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BackendUnavailableException(
                        "The WireGuard server was busy with other calls for " + deadline.toMillis() + " ms.",
                        Effect.NONE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted before WireGuard was asked", Effect.NONE, e);
        }
        try {
            return call.apply(until);
        } finally {
            turn.unlock();
        }
    }

    /** Has the server to itself, however long that takes, also on an interrupted thread. */
    final void whenFree(Runnable call) {
        turn.lock();
        try {
            call.run();
        } finally {
            turn.unlock();
        }
    }

    private List<Result> apply(List<List<Clause>> items, Deadline until) {
        return new PeerBatch(
                        clausesPerMessage,
                        message -> send(message, until),
                        () -> list(until).keySet())
                .apply(items);
    }

    /** The old keys first: they must not take the address back, nor keep it if what follows fails. */
    private List<Clause> clauses(Assignment peer) {
        List<Clause> clauses = new ArrayList<>();
        peer.replaces().forEach(old -> clauses.add(removal(old)));
        clauses.add(new Clause(peer.key(), false, putClause(peer.key(), peer.address())));
        return clauses;
    }

    private Clause removal(PeerKey key) {
        return new Clause(key, true, removeClause(key));
    }
}
