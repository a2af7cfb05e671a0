package io.provisioningbridge.app;

import io.provisioningbridge.adapter.hawkbit.HawkbitSettings;
import io.provisioningbridge.adapter.hawkbit.HawkbitUpdateServer;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardDevicePlatform;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import io.provisioningbridge.adapter.thingsboard.Webhook;
import io.provisioningbridge.app.config.HawkbitConfig;
import io.provisioningbridge.app.config.Login;
import io.provisioningbridge.app.config.ThingsBoardConfig;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.UpdateServer;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the update server and the platform, where the configuration has them; neither need be there by now. */
final class OutsideSystems {

    private static final Logger LOG = LoggerFactory.getLogger(OutsideSystems.class);
    private static final String NO_UPDATE_SERVER_LOGIN =
            "HAWKBIT_USER and HAWKBIT_PASSWORD are not set; what is to be done at hawkBit waits";
    private static final String NO_PLATFORM_LOGIN =
            "neither THINGSBOARD_API_KEY nor THINGSBOARD_USER and _PASSWORD are set; what is to be done at ThingsBoard waits";

    private OutsideSystems() {}

    static Optional<Outside<UpdateServer>> updateServer(Optional<HawkbitConfig> config, Closing closing) {
        if (config.isEmpty()) {
            LOG.info("hawkBit is off: HAWKBIT_URL is not set, so no device becomes a target");
        }
        return config.map(hawkbit -> hawkbit.login()
                .map(login -> hawkbit(hawkbit, login, closing))
                .orElseGet(() -> new Outside<>(
                        new AwaitedUpdateServer(NO_UPDATE_SERVER_LOGIN), () -> Optional.of(NO_UPDATE_SERVER_LOGIN))));
    }

    private static Outside<UpdateServer> hawkbit(HawkbitConfig config, Login login, Closing closing) {
        HawkbitSettings settings =
                HawkbitSettings.of(config.url(), login.user(), login.password()).withTrusted(config.trusted());
        HawkbitUpdateServer server = new HawkbitUpdateServer(
                config.targetTokens() ? settings.withTokensHandedOut() : settings, background("hawkbit", closing));
        return new Outside<>(server, () -> server.problem().or(() -> inOneLine(server.warnings())));
    }

    /**
     * @param publicUrl what the platform calls the bridge, where that is known
     * @param webhookSecrets what it proves itself with then
     */
    static Optional<Outside<DevicePlatform>> platform(
            Optional<ThingsBoardConfig> config, Optional<URI> publicUrl, List<Secret> webhookSecrets, Closing closing) {
        if (config.isEmpty()) {
            LOG.info("ThingsBoard is off: THINGSBOARD_URL is not set, so no device is registered there");
        }
        return config.map(thingsBoard -> thingsBoard
                .settings()
                .map(settings -> thingsBoard(settings, webhooks(publicUrl, webhookSecrets), closing))
                .orElseGet(() ->
                        new Outside<>(new AwaitedPlatform(NO_PLATFORM_LOGIN), () -> Optional.of(NO_PLATFORM_LOGIN))));
    }

    private static List<Webhook> webhooks(Optional<URI> publicUrl, List<Secret> secrets) {
        return publicUrl
                .map(url -> secrets.stream()
                        .map(secret -> Webhook.below(url, secret))
                        .toList())
                .orElse(List.of());
    }

    private static Outside<DevicePlatform> thingsBoard(
            ThingsBoardSettings settings, List<Webhook> webhooks, Closing closing) {
        ThingsBoardDevicePlatform platform = new ThingsBoardDevicePlatform(settings);
        ThingsBoardWatch watch = new ThingsBoardWatch(
                platform.check(webhooks)::findings,
                settings.profile(),
                background("thingsboard", closing),
                System::nanoTime);
        return new Outside<>(platform, watch::problem);
    }

    private static ExecutorService background(String name, Closing closing) {
        ExecutorService background = Executors.newCachedThreadPool(DaemonThreads.named(name));
        closing.opened(background::shutdownNow);
        return background;
    }

    private static Optional<String> inOneLine(List<String> warnings) {
        return warnings.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", warnings));
    }
}
