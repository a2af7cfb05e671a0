package io.provisioningbridge.app.config;

import io.provisioningbridge.adapter.thingsboard.ThingsBoardLogin;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * The device platform.
 *
 * @param url http or https, a path prefix kept, without trailing slash
 * @param login empty: what is to be done there waits
 * @param mode how the device profile admits devices
 * @param profile name of the device profile
 * @param trusted authorities its certificate may come from, and no others; none means those of the Java platform
 */
public record ThingsBoardConfig(
        URI url,
        Optional<ThingsBoardLogin> login,
        ThingsBoardMode mode,
        String profile,
        List<X509Certificate> trusted) {

    public ThingsBoardConfig {
        trusted = List.copyOf(trusted);
    }

    /** What the adapter needs; empty without credentials. */
    public Optional<ThingsBoardSettings> settings() {
        return login.map(
                known -> ThingsBoardSettings.of(url, known, mode, profile).withTrusted(trusted));
    }
}
