package io.provisioningbridge.app.config;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Where devices reach the bridge.
 *
 * @param listen what the process binds to
 * @param publicUrl how devices reach it, without trailing slash; empty when the operator did not say
 * @param tls how it is protected
 * @param trustedProxies whose forwarding headers count
 */
public record ListenerConfig(HostPort listen, Optional<URI> publicUrl, TlsConfig tls, List<IpNetwork> trustedProxies) {

    public ListenerConfig {
        trustedProxies = List.copyOf(trustedProxies);
    }
}
