package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.Backend;
import java.util.Optional;

/** What is compared with the store, in this order. */
public enum Place {
    /** The certificates, as the store itself knows them: no authority tells what it has revoked. */
    CERTIFICATES(Optional.of(Backend.CERTIFICATE_AUTHORITY)),
    /** The peers of the tunnel server. */
    TUNNEL(Optional.of(Backend.TUNNEL)),
    /** What others are told of tunnel addresses. */
    PEER_DIRECTORY(Optional.empty()),
    /** The targets of the update server. */
    UPDATE_SERVER(Optional.of(Backend.UPDATE_SERVER)),
    /** The devices of the platform. */
    PLATFORM(Optional.of(Backend.PLATFORM));

    private final Optional<Backend> backend;

    Place(Optional<Backend> backend) {
        this.backend = backend;
    }

    /** Whose lanes bring it to where it should be; empty for what is written anew as a whole. */
    public Optional<Backend> backend() {
        return backend;
    }
}
