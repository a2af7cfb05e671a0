package io.provisioningbridge.app.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * What the server runs with, every value typed and checked. Immutable; what must not be shown prints {@code ***}.
 *
 * @param authority who signs
 * @param tunnel the WireGuard side
 * @param listener where devices reach the bridge
 * @param enrollment what holds for enrollments
 * @param dataDirectory where the bridge keeps what it must not lose; relative to the working directory
 */
public record BridgeConfig(
        AuthorityConfig authority,
        TunnelConfig tunnel,
        ListenerConfig listener,
        EnrollmentConfig enrollment,
        Path dataDirectory) {

    /**
     * Reads the configuration: the environment, the properties file it names, and the files either of them names. Changes
     * nothing, opens no connection.
     *
     * @param environment as {@link System#getenv()} gives it
     */
    public static ConfigReading read(Map<String, String> environment) {
        return new ConfigReader(environment).read();
    }
}
