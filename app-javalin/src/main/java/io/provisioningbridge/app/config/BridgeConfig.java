package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the server runs with, every value typed and checked. Immutable; what must not be shown prints {@code ***}.
 *
 * @param authority who signs
 * @param tunnel the WireGuard side
 * @param listener where devices reach the bridge
 * @param operators where operators reach it
 * @param enrollment what holds for enrollments
 * @param hawkbit the update server, where there is one
 * @param thingsBoard the device platform, where there is one
 * @param services what devices are told of both
 * @param webhookSecrets what the platform's calls prove themselves with, one or two; none: the one in the data directory
 * @param dataDirectory where the bridge keeps what it must not lose; relative to the working directory
 */
public record BridgeConfig(
        AuthorityConfig authority,
        TunnelConfig tunnel,
        ListenerConfig listener,
        OperatorConfig operators,
        EnrollmentConfig enrollment,
        Optional<HawkbitConfig> hawkbit,
        Optional<ThingsBoardConfig> thingsBoard,
        ServicesConfig services,
        List<Secret> webhookSecrets,
        Path dataDirectory) {

    public BridgeConfig {
        webhookSecrets = List.copyOf(webhookSecrets);
    }

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
