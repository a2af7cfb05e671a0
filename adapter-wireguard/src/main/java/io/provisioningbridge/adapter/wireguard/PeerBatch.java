package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call's changes, sent in messages of bounded size. WireGuard stops at the first bad change of a message, keeps those
 * before it and does not say which it was; a message that is refused is therefore repeated one item at a time.
 *
 * <p>A removal in vain may be refused, too: to remove an unknown peer wireguard-go adds it first, also when it was told to
 * update only, and cannot do so at its limit of peers (observed: 0.0.20220316). After a refusal removals of keys that are not
 * there are left out.
 *
 * <p>Serves one call, on one thread.
 */
final class PeerBatch {

    /**
     * A part of a message about one key.
     *
     * @param text as the server takes it
     */
    record Clause(PeerKey key, boolean removes, String text) {}

    private final int clausesPerMessage;
    private final Function<List<String>, Optional<String>> server;
    private final Supplier<Set<PeerKey>> listing;
    private final List<Result> results = new ArrayList<>();
    // The keys the server has; null until something was refused.
    private @Nullable Set<PeerKey> there;

    /**
     * @param server takes a message; answers why it will not, or nothing when it did all of it
     * @param listing the keys the server has
     */
    PeerBatch(int clausesPerMessage, Function<List<String>, Optional<String>> server, Supplier<Set<PeerKey>> listing) {
        this.clausesPerMessage = clausesPerMessage;
        this.server = server;
        this.listing = listing;
    }

    /** @param items the clauses of each, to be carried out in this order */
    List<Result> apply(List<List<Clause>> items) {
        while (results.size() < items.size()) {
            List<List<Clause>> message = nextMessage(items.subList(results.size(), items.size()));
            List<Clause> clauses = message.stream().flatMap(List::stream).toList();
            Optional<String> refusal = send(clauses);
            if (refusal.isEmpty()) {
                results.addAll(Collections.nCopies(message.size(), new Result.Done()));
            } else if (clauses.size() == 1 && !clauses.get(0).removes()) {
                results.add(new Result.Refused(refusal.get()));
            } else {
                if (clauses.stream().anyMatch(Clause::removes)) {
                    // Anew each time: nobody knows how far the message came.
                    there = new HashSet<>(listing.get());
                }
                message.forEach(item ->
                        results.add(send(item).<Result>map(Result.Refused::new).orElseGet(Result.Done::new)));
            }
        }
        return List.copyOf(results);
    }

    /** As many items as fit, at least one. */
    private List<List<Clause>> nextMessage(List<List<Clause>> items) {
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

    private Optional<String> send(List<Clause> clauses) {
        List<String> needed = needed(clauses);
        if (needed.isEmpty()) {
            return Optional.empty();
        }
        try {
            return server.apply(needed);
        } catch (BackendUnavailableException e) {
            throw results.isEmpty()
                    ? e
                    : new BackendUnavailableException(String.valueOf(e.getMessage()), Effect.POSSIBLE, e);
        }
    }

    /** Without removals in vain, and with note taken of what there will be: of an item only the put, its last, is refused. */
    private List<String> needed(List<Clause> clauses) {
        Set<PeerKey> known = there;
        List<String> needed = new ArrayList<>();
        for (Clause clause : clauses) {
            boolean inVain = known != null && clause.removes() && !known.remove(clause.key());
            if (!inVain) {
                needed.add(clause.text());
            }
            if (known != null && !clause.removes()) {
                known.add(clause.key());
            }
        }
        return needed;
    }
}
