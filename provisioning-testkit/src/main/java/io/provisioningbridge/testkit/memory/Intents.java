package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Every intent there ever was. Those whose status is open are few, and kept at hand. Not safe for concurrent use. */
final class Intents {

    /** An intent and the peer key it claims while it is open. */
    record Claim(IssuanceIntent intent, PeerKey peer) {

        String device() {
            return intent.device().key();
        }
    }

    private final Map<IntentId, Claim> all = new HashMap<>();
    private final Map<String, List<IntentId>> byDevice = new HashMap<>();
    private final Map<KeyHash, List<IntentId>> byKey = new HashMap<>();
    private final Set<IntentId> open = new LinkedHashSet<>();

    Optional<Claim> find(IntentId id) {
        return Optional.ofNullable(all.get(id));
    }

    void add(Claim claim) {
        IntentId id = claim.intent().id();
        all.put(id, claim);
        byDevice.computeIfAbsent(claim.device(), none -> new ArrayList<>()).add(id);
        byKey.computeIfAbsent(claim.intent().key(), none -> new ArrayList<>()).add(id);
        open.add(id);
    }

    void setStatus(IntentId id, Status status) {
        all.computeIfPresent(id, (same, claim) -> new Claim(claim.intent().withStatus(status), claim.peer()));
        open.remove(id);
    }

    /** Those whose status is open, expired ones among them, in the order they were opened. */
    Stream<Claim> open() {
        return open.stream().map(all::get);
    }

    /** The one of a device whose status is open, perhaps expired. */
    Optional<Claim> openOf(String device) {
        return of(device)
                .filter(claim -> claim.intent().status() == Status.OPEN)
                .findFirst();
    }

    /** Those that ended unnoticed, the one that did so first coming first. */
    List<Claim> expiredAt(Instant now) {
        return open().filter(claim -> !claim.intent().openAt(now))
                .sorted(Comparator.comparing(claim -> claim.intent().expires()))
                .toList();
    }

    /** Every one of a device, in the order they were opened. */
    Stream<Claim> of(String device) {
        return byDevice.getOrDefault(device, List.of()).stream().map(all::get);
    }

    /** Whether the certificate key may have been certified, or is about to be, for another device or incarnation. */
    boolean isKeyOfAnother(IssuanceIntent intent) {
        return byKey.getOrDefault(intent.key(), List.of()).stream()
                .map(all::get)
                .map(Claim::intent)
                .filter(other -> other.status() == Status.OPEN || other.status() == Status.UNCERTAIN)
                .anyMatch(other -> !other.device().sameDeviceAs(intent.device())
                        || !other.incarnation().equals(intent.incarnation()));
    }

    /** Whether an intent of another device, open at {@code now}, claims the peer key. */
    boolean isPeerOfAnother(PeerKey key, String device, Instant now) {
        return open().anyMatch(claim -> claim.peer().equals(key)
                && !claim.device().equals(device)
                && claim.intent().openAt(now));
    }
}
