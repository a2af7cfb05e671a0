package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.PeerKey;
import java.time.Instant;
import java.util.Optional;

/** What open intents keep from others, and how that ends; within a transaction that is somebody else's. */
final class Claims {

    private final Tables tables;

    Claims(Tables tables) {
        this.tables = tables;
    }

    /** False when it is another device's. An expired intent that claims it has ended with that. */
    boolean takePeerKey(PeerKey key, String device, Instant now) {
        if (tables.devices().isPeerOfAnother(key, device)
                || tables.certificates().isPeerOfAnother(key, device)) {
            return false;
        }
        Optional<StoredIntent> claim = tables.intents().openClaimOfAnother(key, device);
        if (claim.isPresent()) {
            if (claim.get().intent().openAt(now)) {
                return false;
            }
            expire(claim.get(), now);
            tables.leases().freeIfPending(claim.get().device());
        }
        return true;
    }

    /** Ends an intent, and releases what it claimed. */
    void end(StoredIntent intent, Status status) {
        // The pending lease of an intent that has ended before may by now be another intent's.
        if (intent.is(Status.OPEN)) {
            tables.leases().freeIfPending(intent.device());
        }
        tables.intents().setStatus(intent.intent().id(), status);
    }

    /** Says of an intent that it expired; its pending lease, if it has one, stays. */
    void expire(StoredIntent intent, Instant now) {
        tables.intents().setStatus(intent.intent().id(), Status.UNCERTAIN);
        tables.events()
                .append(new AuditEvent(
                        now,
                        intent.device(),
                        AuditEvent.Action.ISSUANCE_FAILED,
                        "bridge",
                        "the intent expired unanswered"));
    }
}
