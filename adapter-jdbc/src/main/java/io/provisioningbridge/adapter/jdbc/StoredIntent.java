package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.PeerKey;

/** An intent and the peer key it claims while it is open. */
record StoredIntent(IssuanceIntent intent, PeerKey peer) {

    String device() {
        return intent.device().key();
    }

    boolean is(Status status) {
        return intent.status() == status;
    }
}
