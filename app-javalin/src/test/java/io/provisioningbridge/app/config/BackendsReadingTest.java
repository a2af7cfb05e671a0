package io.provisioningbridge.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.adapter.thingsboard.ThingsBoardLogin;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The update server, the device platform, the webhook, and what devices are told. */
class BackendsReadingTest {

    private static ConfigReading read(String... namesAndValues) {
        Map<String, String> environment = new HashMap<>();
        environment.put("BRIDGE_CA", "embedded");
        environment.put("BRIDGE_PUBLIC_URL", "https://bridge.example.com");
        environment.put("WG_SERVER_ENDPOINT", "vpn.example.com:51820");
        environment.put("WG_SERVER_PUBLIC_KEY", "q1ftVnTSoU4rjEtqpEoMTPZU4JdqXZVpXCFmmFNq8Xo=");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return BridgeConfig.read(environment);
    }

    private static BridgeConfig config(String... namesAndValues) {
        ConfigReading reading = read(namesAndValues);
        assertThat(reading.problems()).isEmpty();
        return ((ConfigReading.Accepted) reading).config();
    }

    @Test
    void withoutUrlsThereShouldBeNeither() {
        BridgeConfig config = config();

        assertThat(config.hawkbit()).isEmpty();
        assertThat(config.thingsBoard()).isEmpty();
        assertThat(config.services().mqtt()).isEmpty();
        assertThat(config.services().hawkbit()).isEmpty();
        assertThat(config.webhookSecrets()).isEmpty();
        assertThat(read().warnings()).isEmpty();
    }

    @Test
    void aUrlAloneShouldBeEnoughAndWarnedAbout() {
        ConfigReading reading = read("HAWKBIT_URL", "http://hawkbit:8090/", "THINGSBOARD_URL", "https://things/board/");

        assertThat(reading.warnings()).extracting(Finding::name).containsExactly("HAWKBIT_USER", "THINGSBOARD_API_KEY");
        BridgeConfig config = ((ConfigReading.Accepted) reading).config();
        HawkbitConfig hawkbit = config.hawkbit().orElseThrow();
        assertThat(hawkbit.url()).isEqualTo(URI.create("http://hawkbit:8090"));
        assertThat(hawkbit.login()).isEmpty();
        assertThat(hawkbit.targetTokens()).isFalse();
        assertThat(hawkbit.trusted()).isEmpty();
        ThingsBoardConfig thingsBoard = config.thingsBoard().orElseThrow();
        assertThat(thingsBoard.url()).isEqualTo(URI.create("https://things/board"));
        assertThat(thingsBoard.login()).isEmpty();
        assertThat(thingsBoard.mode()).isEqualTo(ThingsBoardMode.MANAGED);
        assertThat(thingsBoard.profile()).isEqualTo("provisioning-bridge");
        assertThat(thingsBoard.trusted()).isEmpty();
        assertThat(config.services().hawkbit()).isEmpty();
    }

    @Test
    void everythingSetShouldArriveTyped(@TempDir Path directory) throws Exception {
        CertificateHierarchy hierarchy = CertificateHierarchy.of("Root", "Issuing");
        Path authorities = Files.writeString(directory.resolve("ca.pem"), Pem.of(hierarchy.authorities()));
        BridgeConfig config = config(
                "HAWKBIT_URL", "https://hawkbit:8443/hawkbit",
                "HAWKBIT_USER", "bridge",
                "HAWKBIT_PASSWORD", " hunter2 ",
                "HAWKBIT_CA_FILE", authorities.toString(),
                "HAWKBIT_PUBLIC_URL", "https://Updates.example.com/",
                "HAWKBIT_TENANT", "Tenant-1",
                "HAWKBIT_TARGET_TOKENS", "on",
                "THINGSBOARD_URL", "https://things",
                "THINGSBOARD_API_KEY", "tb_key",
                "THINGSBOARD_CA", Pem.of(hierarchy.root()),
                "THINGSBOARD_MODE", "chain",
                "THINGSBOARD_DEVICE_PROFILE", "Our devices",
                "MQTT_PUBLIC_ENDPOINT", "mqtt.example.com:8883");

        HawkbitConfig hawkbit = config.hawkbit().orElseThrow();
        assertThat(hawkbit.url()).isEqualTo(URI.create("https://hawkbit:8443/hawkbit"));
        assertThat(hawkbit.login().orElseThrow().user()).isEqualTo("bridge");
        assertThat(hawkbit.login().orElseThrow().password().reveal()).isEqualTo(" hunter2 ");
        assertThat(hawkbit.targetTokens()).isTrue();
        assertThat(hawkbit.trusted()).isEqualTo(hierarchy.authorities());
        assertThat(config.services())
                .isEqualTo(new ServicesConfig(
                        Optional.of(new HostPort("mqtt.example.com", 8883)),
                        Optional.of(new ServicesConfig.Hawkbit(
                                Optional.of(URI.create("https://updates.example.com")), "Tenant-1"))));
        ThingsBoardConfig thingsBoard = config.thingsBoard().orElseThrow();
        assertThat(thingsBoard.login())
                .containsInstanceOf(ThingsBoardLogin.ApiKey.class)
                .hasValueSatisfying(login -> assertThat(
                                ((ThingsBoardLogin.ApiKey) login).key().reveal())
                        .isEqualTo("tb_key"));
        assertThat(thingsBoard.mode()).isEqualTo(ThingsBoardMode.CHAIN);
        assertThat(thingsBoard.profile()).isEqualTo("Our devices");
        assertThat(thingsBoard.trusted()).containsExactly(hierarchy.root());
        assertThat(config.toString()).doesNotContain("hunter2", "tb_key");
    }

    @Test
    void olderPlatformsShouldBeLoggedInTo() {
        ThingsBoardLogin login = config(
                        "THINGSBOARD_URL", "http://things",
                        "THINGSBOARD_USER", "tenant@thingsboard.org",
                        "THINGSBOARD_PASSWORD", "tenant:")
                .thingsBoard()
                .flatMap(ThingsBoardConfig::login)
                .orElseThrow();

        assertThat(login).isInstanceOfSatisfying(ThingsBoardLogin.Password.class, password -> {
            assertThat(password.user()).isEqualTo("tenant@thingsboard.org");
            assertThat(password.password().reveal()).isEqualTo("tenant:");
        });
    }

    @Test
    void tokensShouldBeHandedOutAlsoToDevicesThatKnowTheUrl() {
        ConfigReading reading = read(
                "HAWKBIT_URL", "https://hawkbit",
                "HAWKBIT_USER", "bridge",
                "HAWKBIT_PASSWORD", "x",
                "HAWKBIT_TARGET_TOKENS", "on");

        assertThat(reading.warnings()).extracting(Finding::name).containsExactly("HAWKBIT_PUBLIC_URL");
        assertThat(((ConfigReading.Accepted) reading).config().services().hawkbit())
                .contains(new ServicesConfig.Hawkbit(Optional.empty(), "DEFAULT"));
    }

    @Test
    void tokensThatCanBeReadOnTheWayShouldBeWarnedAbout() {
        String[] plain = {
            "HAWKBIT_URL",
            "https://hawkbit",
            "HAWKBIT_USER",
            "bridge",
            "HAWKBIT_PASSWORD",
            "x",
            "HAWKBIT_PUBLIC_URL",
            "http://updates",
            "HAWKBIT_TARGET_TOKENS",
            "off"
        };
        assertThat(read(plain).warnings()).isEmpty();

        plain[plain.length - 1] = "on";
        assertThat(read(plain).warnings()).extracting(Finding::name).containsExactly("HAWKBIT_PUBLIC_URL");
    }

    @Test
    void twoWebhookSecretsShouldBeValidAtOnce(@TempDir Path directory) throws Exception {
        Path both = Files.writeString(directory.resolve("secrets"), "0123456789abcdef, fedcba9876543210\n");

        assertThat(config("BRIDGE_WEBHOOK_SECRET", "0123456789abcdef").webhookSecrets())
                .extracting(Secret::reveal)
                .containsExactly("0123456789abcdef");
        assertThat(config("BRIDGE_WEBHOOK_SECRET_FILE", both.toString()).webhookSecrets())
                .extracting(Secret::reveal)
                .containsExactly("0123456789abcdef", "fedcba9876543210");
    }

    @Test
    void secretsShouldBeShownAsStars() {
        ConfigReading reading = read(
                "HAWKBIT_URL", "https://hawkbit",
                "HAWKBIT_USER", "bridge",
                "HAWKBIT_PASSWORD", "hunter2",
                "HAWKBIT_CA", Pem.of(CertificateHierarchy.of("Root", "Issuing").root()),
                "THINGSBOARD_URL", "https://things",
                "THINGSBOARD_API_KEY", "hunter2",
                "BRIDGE_WEBHOOK_SECRET", "hunter2-hunter2-hunter2");

        assertThat(reading.settings())
                .contains(
                        new Setting("HAWKBIT_PASSWORD", "***", "environment"),
                        new Setting("HAWKBIT_CA", "(PEM text)", "environment"),
                        new Setting("THINGSBOARD_API_KEY", "***", "environment"),
                        new Setting("BRIDGE_WEBHOOK_SECRET", "***", "environment"));
        assertThat(reading.toString()).doesNotContain("hunter2");
    }
}
