package io.provisioningbridge.app.config;

import java.net.URI;
import java.util.Optional;

/**
 * What devices are told of the servers they are to talk to once they are enrolled.
 *
 * @param mqtt where the platform's MQTT listener is
 * @param hawkbit empty: devices are told nothing of it
 */
public record ServicesConfig(Optional<HostPort> mqtt, Optional<Hawkbit> hawkbit) {

    /**
     * The update server.
     *
     * @param url as devices reach it, without trailing slash; empty: they know
     * @param tenant part of the path they ask at
     */
    public record Hawkbit(Optional<URI> url, String tenant) {}
}
