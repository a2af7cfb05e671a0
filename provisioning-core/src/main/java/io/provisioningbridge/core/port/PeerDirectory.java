package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.PeerSnapshot;

/** Tells others which device has which tunnel address: a projection of the store, never the truth. */
public interface PeerDirectory {

    /**
     * Makes the directory say exactly this. Publishing the same again, or an older revision after a newer one, changes
     * nothing. All or nothing: a reader sees the old directory or the new one.
     *
     * @throws BackendUnavailableException it could not be written; what was there before still stands
     */
    void publish(PeerSnapshot snapshot);
}
