package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.PeerKey;
import java.time.Instant;

/** What open intents keep from others, and how that ends; otherwise like {@link InMemoryState}. */
final class Claims {

    private final InMemoryState state;
    private final Intents intents;
    private final Certificates certificates;
    private final Leases leases;

    Claims(InMemoryState state) {
        this.state = state;
        this.intents = state.intents();
        this.certificates = state.certificates();
        this.leases = state.leases();
    }

    void end(Intents.Claim claim, Status status) {
        // The pending lease of an intent that has ended before may by now be another intent's.
        if (claim.intent().status() == Status.OPEN) {
            leases.freeIfPending(claim.device());
        }
        intents.setStatus(claim.intent().id(), status);
    }

    /** Says of an intent that it expired; its pending lease, if it has one, stays. */
    void expire(Intents.Claim claim, Instant now) {
        intents.setStatus(claim.intent().id(), Status.UNCERTAIN);
        state.log(new AuditEvent(
                now, claim.device(), AuditEvent.Action.ISSUANCE_FAILED, "bridge", "the intent expired unanswered"));
    }

    void endExpiredClaimsOfOthers(PeerKey peer, String device, Instant now) {
        intents.expiredAt(now).stream()
                .filter(claim -> claim.peer().equals(peer) && !claim.device().equals(device))
                .forEach(claim -> expireAndFree(claim, now));
    }

    void expireAndFree(Intents.Claim claim, Instant now) {
        expire(claim, now);
        leases.freeIfPending(claim.device());
    }

    boolean isPeerKeyOfAnother(PeerKey key, String device, Instant now) {
        return state.isPeerOfAnother(key, device)
                || certificates.isPeerOfAnother(key, device)
                || intents.isPeerOfAnother(key, device, now);
    }
}
