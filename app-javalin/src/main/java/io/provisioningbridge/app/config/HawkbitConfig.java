package io.provisioningbridge.app.config;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The update server.
 *
 * @param url http or https, a path prefix kept, without trailing slash
 * @param login empty: what is to be done there waits
 * @param targetTokens whether the bridge chooses the token of each device and tells the device
 * @param pollingInterval how often devices ask it
 * @param trusted authorities its certificate may come from, and no others; none means those of the Java platform
 */
public record HawkbitConfig(
        URI url, Optional<Login> login, boolean targetTokens, Duration pollingInterval, List<X509Certificate> trusted) {

    public HawkbitConfig {
        trusted = List.copyOf(trusted);
    }
}
