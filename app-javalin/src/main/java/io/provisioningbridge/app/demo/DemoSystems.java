package io.provisioningbridge.app.demo;

import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.adapter.hawkbit.HawkbitSettings;
import io.provisioningbridge.adapter.hawkbit.HawkbitUpdateServer;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardDevicePlatform;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardLogin;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSetup;
import io.provisioningbridge.adapter.thingsboard.Webhook;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.simulators.hawkbit.HawkbitSimulator;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** Simulators in the place of hawkBit and ThingsBoard, and what looks into them past the bridge. */
final class DemoSystems implements AutoCloseable {

    /** How often the devices of the demo ask for updates. */
    static final Duration POLLING_INTERVAL = Duration.ofSeconds(5);

    private static final String USER = "bridge";
    private static final int SECRET_BYTES = 24;
    private static final String HOST = "127.0.0.1";

    private final Secret hawkbitPassword;
    private final Secret webhookSecret;
    private final Secret gatewayToken;
    private final HawkbitSimulator hawkbit;
    private final ThingsBoardSimulator thingsBoard;
    private final Secret apiKey;
    private final X509Certificate mqttCertificate;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    DemoSystems(SecureRandom random) {
        hawkbitPassword = secret(random);
        webhookSecret = secret(random);
        gatewayToken = secret(random);
        hawkbit = HawkbitSimulator.start(USER, hawkbitPassword.reveal(), random);
        hawkbit.targetTokens(true);
        // What brings deleted devices back.
        hawkbit.gatewayToken(gatewayToken.reveal());
        ServerKey key = ServerKey.generate(random);
        mqttCertificate = key.selfSigned(List.of(HOST), InstantSource.system().instant());
        thingsBoard = new ThingsBoardSimulator(
                new ServerIdentity(key.privateKey(), List.of(mqttCertificate)),
                InstantSource.system(),
                new Timing(Duration.ofSeconds(1), Duration.ofSeconds(2)));
        apiKey = new Secret(thingsBoard.newApiKey());
    }

    private static Secret secret(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return new Secret(HexFormat.of().formatHex(bytes));
    }

    /** The part of the bridge's configuration that is about them. */
    Map<String, String> configuration() {
        return Map.of(
                "HAWKBIT_URL",
                hawkbit.url().toString(),
                "HAWKBIT_USER",
                USER,
                "HAWKBIT_PASSWORD",
                hawkbitPassword.reveal(),
                "HAWKBIT_PUBLIC_URL",
                hawkbit.url().toString(),
                "HAWKBIT_TARGET_TOKENS",
                "on",
                "HAWKBIT_POLLING_INTERVAL",
                POLLING_INTERVAL.toSeconds() + "s",
                "THINGSBOARD_URL",
                thingsBoard.url().toString(),
                "THINGSBOARD_API_KEY",
                apiKey.reveal(),
                "MQTT_PUBLIC_ENDPOINT",
                HOST + ":" + thingsBoard.mqttPort(),
                "BRIDGE_WEBHOOK_SECRET",
                webhookSecret.reveal());
    }

    /** Has ThingsBoard call the bridge when a device connects, as {@code ./bridge thingsboard setup} does. */
    void setUp(URI bridge, SSLContext trust) {
        thingsBoard.trustForWebhooks(trust);
        ThingsBoardSetup.managed(thingsBoardSettings(), Webhook.below(bridge, webhookSecret))
                .install();
    }

    /** hawkBit, as somebody who looks into it sees it. */
    UpdateServer updateServer() {
        return new HawkbitUpdateServer(HawkbitSettings.of(hawkbit.url(), USER, hawkbitPassword), threads);
    }

    /** ThingsBoard, likewise. */
    DevicePlatform platform() {
        return new ThingsBoardDevicePlatform(thingsBoardSettings());
    }

    private ThingsBoardSettings thingsBoardSettings() {
        return ThingsBoardSettings.of(
                thingsBoard.url(), new ThingsBoardLogin.ApiKey(apiKey), ThingsBoardMode.MANAGED, "provisioning-bridge");
    }

    /** What the MQTT server proves itself with. */
    X509Certificate mqttCertificate() {
        return mqttCertificate;
    }

    /** With this a device gets into hawkBit that has no target. */
    Secret gatewayToken() {
        return gatewayToken;
    }

    @Override
    public void close() {
        thingsBoard.close();
        hawkbit.close();
        threads.shutdownNow();
    }
}
