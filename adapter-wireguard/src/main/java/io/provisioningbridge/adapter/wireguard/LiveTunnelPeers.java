package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Peers of a running server that takes several changes in one message. WireGuard stops at the first bad one, keeps those
 * before it and does not say which it was; a message that is refused is therefore repeated one item at a time.
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
     * @return why the server will not; empty when it says it has done all
     */
    abstract Optional<String> send(List<String> clauses, Deadline until);

    @Override
    public final List<Result> put(List<Assignment> peers) {
        return inTurn(until -> apply(peers.stream().map(this::clauses).toList(), until));
    }

    @Override
    public final List<Result> remove(List<PeerKey> peers) {
        return inTurn(until ->
                apply(peers.stream().map(key -> List.of(removeClause(key))).toList(), until));
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
    final <T> T inTurn(Function<Deadline, T> call) {
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

    /** The old keys first: they must not take the address back, nor keep it if what follows fails. */
    private List<String> clauses(Assignment peer) {
        List<String> clauses = new ArrayList<>();
        peer.replaces().forEach(old -> clauses.add(removeClause(old)));
        clauses.add(putClause(peer.key(), peer.address()));
        return clauses;
    }

    /** @param items the clauses of each */
    private List<Result> apply(List<List<String>> items, Deadline until) {
        List<Result> results = new ArrayList<>(items.size());
        while (results.size() < items.size()) {
            List<List<String>> message = nextMessage(items.subList(results.size(), items.size()));
            boolean begun = !results.isEmpty();
            if (trySend(message, until, begun).isEmpty()) {
                results.addAll(Collections.nCopies(message.size(), new Result.Done()));
            } else {
                for (List<String> item : message) {
                    results.add(trySend(List.of(item), until, true)
                            .<Result>map(Result.Refused::new)
                            .orElseGet(Result.Done::new));
                }
            }
        }
        return results;
    }

    /** As many items as fit, at least one. */
    private List<List<String>> nextMessage(List<List<String>> items) {
        int count = 0;
        int clauses = 0;
        while (count < items.size()) {
            clauses += items.get(count).size();
            if (count > 0 && clauses > clausesPerMessage) {
                break;
            }
            count++;
        }
        return items.subList(0, count);
    }

    /** @param begun whether something was sent before, for the same call */
    private Optional<String> trySend(List<List<String>> items, Deadline until, boolean begun) {
        try {
            return send(items.stream().flatMap(List::stream).toList(), until);
        } catch (BackendUnavailableException e) {
            throw begun ? new BackendUnavailableException(e.getMessage(), Effect.POSSIBLE, e) : e;
        }
    }
}
