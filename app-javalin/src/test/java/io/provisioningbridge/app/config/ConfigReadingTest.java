package io.provisioningbridge.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.enrollment.Reenrollment;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReadingTest {

    private static final String HEX = "3a".repeat(32);
    private static final String PEER_KEY = "q1ftVnTSoU4rjEtqpEoMTPZU4JdqXZVpXCFmmFNq8Xo=";

    /** The eight variables of the original runbook. */
    private static Map<String, String> eight() {
        Map<String, String> environment = new HashMap<>();
        environment.put("STEP_CA_URL", "https://tenant-step-ca:9000");
        environment.put("STEP_CA_FINGERPRINT", HEX);
        environment.put("STEP_CA_PROVISIONER_NAME", "iot-bridge");
        environment.put("STEP_CA_PROVISIONER_PASSWORD", "hunter2 hunter2");
        environment.put("HAWKBIT_URL", "http://tenant-hawkbit:8090");
        environment.put("WG_SUBNET", "10.8.0.0/24");
        environment.put("WG_SERVER_ENDPOINT", "vpn.example.com:51820");
        environment.put("WG_SERVER_PUBLIC_KEY", PEER_KEY);
        return environment;
    }

    private static Map<String, String> eightAnd(String... namesAndValues) {
        Map<String, String> environment = eight();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return environment;
    }

    private static BridgeConfig config(Map<String, String> environment) {
        ConfigReading reading = BridgeConfig.read(environment);
        assertThat(reading.problems()).isEmpty();
        return ((ConfigReading.Accepted) reading).config();
    }

    private static Set<String> warned(Map<String, String> environment) {
        return BridgeConfig.read(environment).warnings().stream()
                .map(Finding::name)
                .collect(Collectors.toSet());
    }

    @Test
    void theEightVariablesOfTheRunbookShouldBeEnough() {
        BridgeConfig config = config(eight());

        AuthorityConfig.StepCa stepCa = (AuthorityConfig.StepCa) config.authority();
        assertThat(stepCa.url()).isEqualTo(URI.create("https://tenant-step-ca:9000"));
        assertThat(stepCa.anchor().hex()).isEqualTo(HEX);
        assertThat(stepCa.provisioner().name()).isEqualTo("iot-bridge");
        assertThat(stepCa.provisioner().password().reveal()).isEqualTo("hunter2 hunter2");
        assertThat(config.tunnel().serverEndpoint()).isEqualTo(new HostPort("vpn.example.com", 51820));
        assertThat(config.tunnel().serverKey().base64()).isEqualTo(PEER_KEY);
    }

    @Test
    void whatIsNotSetShouldHaveTheDocumentedDefault() {
        BridgeConfig config = config(eight());

        assertThat(config.dataDirectory()).isEqualTo(Path.of("./data"));
        assertThat(config.tunnel().pools())
                .isEqualTo(AddressPools.parse("10.8.0.0/24").orThrow());
        assertThat(config.tunnel().clientAllowedIps()).hasToString("[10.8.0.0/24]");
        assertThat(config.tunnel().clientMtu()).isEmpty();
        assertThat(config.tunnel().directory()).isEqualTo(Path.of("./data/wireguard"));
        assertThat(config.listener().listen()).isEqualTo(new HostPort("0.0.0.0", 8443));
        assertThat(config.listener().publicUrl()).isEmpty();
        assertThat(config.listener().tls())
                .isInstanceOfSatisfying(
                        TlsConfig.Auto.class,
                        auto -> assertThat(auto.provisioner()).isEmpty());
        assertThat(config.listener().trustedProxies()).isEmpty();
        assertThat(config.enrollment().certificateLifetime()).isEmpty();
    }

    @Test
    void everythingSetShouldArriveTyped() {
        BridgeConfig config = config(eightAnd(
                "STEP_CA_FINGERPRINT", "3A:".repeat(31) + "3A",
                "STEP_CA_URL", "HTTPS://CA.example.com:9000/",
                "WG_SUBNET", "10.8.0.0/24, 10.9.0.0/16",
                "WG_SERVER_ENDPOINT", "[2001:db8::1]:51820",
                "WG_CLIENT_ALLOWED_IPS", "10.8.0.0/16,fd00::/8",
                "WG_CLIENT_MTU", "1280",
                "WG_APPLY", "file",
                "WG_CONFIG_DIR", "/wg",
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "BRIDGE_PUBLIC_URL", "https://bridge.example.com/tenant/",
                "BRIDGE_TLS_PROVISIONER_NAME", "servers",
                "BRIDGE_TLS_PROVISIONER_PASSWORD", "s3rvers",
                "BRIDGE_TRUSTED_PROXIES", "10.0.0.0/8, ::1",
                "BRIDGE_DATA_DIR", "/var/lib/bridge",
                "ENROLLMENT_POLICY", "open",
                "BRIDGE_CERT_LIFETIME", "30d"));

        AuthorityConfig.StepCa stepCa = (AuthorityConfig.StepCa) config.authority();
        assertThat(stepCa.anchor().hex()).isEqualTo(HEX);
        assertThat(stepCa.url()).hasToString("https://ca.example.com:9000");
        assertThat(config.tunnel().pools()).hasToString("10.8.0.0/24,10.9.0.0/16");
        assertThat(config.tunnel().serverEndpoint()).hasToString("[2001:db8::1]:51820");
        assertThat(config.tunnel().clientAllowedIps())
                .containsExactlyElementsOf(
                        IpNetwork.parseList("10.8.0.0/16,fd00::/8").orThrow());
        assertThat(config.tunnel().clientMtu()).hasValue(1280);
        assertThat(config.tunnel().directory()).isEqualTo(Path.of("/wg"));
        assertThat(config.listener().listen()).isEqualTo(new HostPort("127.0.0.1", 0));
        assertThat(config.listener().publicUrl()).contains(URI.create("https://bridge.example.com/tenant"));
        assertThat(config.listener().trustedProxies()).hasSize(2);
        assertThat(((TlsConfig.Auto) config.listener().tls())
                        .provisioner()
                        .orElseThrow()
                        .name())
                .isEqualTo("servers");
        assertThat(config.dataDirectory()).isEqualTo(Path.of("/var/lib/bridge"));
        assertThat(config.enrollment().certificateLifetime()).contains(Duration.ofDays(30));
    }

    @Test
    void theEmbeddedAuthorityShouldNeedNoStepCa() {
        BridgeConfig config = config(
                Map.of("BRIDGE_CA", "embedded", "WG_SERVER_ENDPOINT", "vpn:51820", "WG_SERVER_PUBLIC_KEY", PEER_KEY));

        assertThat(config.authority()).isEqualTo(new AuthorityConfig.Embedded());
    }

    @Test
    void operatorsShouldBeServedOnThisMachineAloneUnlessSaidOtherwise() {
        OperatorConfig usual = config(eight()).operators();
        assertThat(usual.listen()).hasToString("127.0.0.1:8444");
        assertThat(usual.isLocal()).isTrue();
        assertThat(usual.operatorToken()).isEmpty();

        OperatorConfig said = config(eightAnd(
                        "BRIDGE_ADMIN_LISTEN", "0.0.0.0:8444",
                        "BRIDGE_OPERATOR_TOKEN", "0123456789abcdef",
                        "BRIDGE_VIEWER_TOKEN", "fedcba9876543210="))
                .operators();
        assertThat(said.isLocal()).isFalse();
        assertThat(said.operatorToken())
                .hasValueSatisfying(token -> assertThat(token.reveal()).isEqualTo("0123456789abcdef"));
        assertThat(said.viewerToken())
                .hasValueSatisfying(token -> assertThat(token.reveal()).isEqualTo("fedcba9876543210="));
        assertThat(said.toString()).doesNotContain("0123", "fedc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1", "LOCALHOST:1"})
    void loopbackAddressesShouldNeedNoTls(String listen) {
        Map<String, String> environment = eightAnd("BRIDGE_TLS", "off", "BRIDGE_ADMIN_LISTEN", listen);

        assertThat(config(environment).operators().isLocal()).isTrue();
    }

    @Test
    void reenrollmentShouldNeedProofUnlessSaidOtherwise() {
        assertThat(config(eight()).enrollment().reenrollment()).isEqualTo(Reenrollment.PROOF);
        assertThat(config(eightAnd("REENROLLMENT", "never")).enrollment().reenrollment())
                .isEqualTo(Reenrollment.NEVER);
        assertThat(warned(eightAnd("REENROLLMENT", "never"))).doesNotContain("REENROLLMENT");
        assertThat(config(eightAnd("REENROLLMENT", "open")).enrollment().reenrollment())
                .isEqualTo(Reenrollment.OPEN);
        assertThat(warned(eightAnd("REENROLLMENT", "open"))).contains("REENROLLMENT");
    }

    @Test
    void emptyShouldMeanUnset() {
        Map<String, String> environment = eightAnd("WG_SUBNET", "", "BRIDGE_TLS", " ", "BRIDGE_TYPO", "");

        BridgeConfig config = config(environment);

        assertThat(config.tunnel().pools()).hasToString("10.8.0.0/24");
        assertThat(config.listener().tls()).isInstanceOf(TlsConfig.Auto.class);
    }

    @Test
    void everyHostOfTheConfigurationShouldBeReserved() {
        BridgeConfig config = config(eightAnd(
                "BRIDGE_PUBLIC_URL", "https://Bridge.example.com/x",
                "BRIDGE_LISTEN", "bridge-1:8443",
                "BRIDGE_ADMIN_LISTEN", "127.0.0.1:8444",
                "HAWKBIT_PUBLIC_URL", "https://updates.example.com",
                "THINGSBOARD_URL", "http://[::1]:8080",
                "MQTT_PUBLIC_ENDPOINT", "mqtt.example.com.:8883",
                "ENROLLMENT_RESERVED_IDS", "Gateway-01, printer"));

        assertThat(config.enrollment().reservedIds())
                .containsExactlyInAnyOrder(
                        "localhost",
                        "tenant-step-ca",
                        "tenant-hawkbit",
                        "vpn.example.com",
                        "bridge.example.com",
                        "bridge-1",
                        "updates.example.com",
                        "mqtt.example.com",
                        "gateway-01",
                        "printer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STEP_CA_PORT",
                "STEP_CA_PORT_9000_TCP",
                "STEP_CA_SERVICE_HOST",
                "BRIDGE_SERVICE_HOST",
                "BRIDGE_PORT_8443_TCP_ADDR",
                "BRIDGE_ADMIN_SERVICE_PORT_HTTPS",
                "WG_QUICK_USERSPACE_IMPLEMENTATION",
                "BRIDGE_JAVA_OPTS",
                "BRIDGE_ADMIN_URL",
                "PATH",
                "RABBIT_URL",
                "bridge_listen"
            })
    void namesThatOthersSetShouldBeIgnored(String name) {
        ConfigReading reading = BridgeConfig.read(eightAnd(name, "x"));

        assertThat(reading).isInstanceOf(ConfigReading.Accepted.class);
        assertThat(reading.warnings()).noneMatch(warning -> warning.name().equals(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"STEP_CA_ROOT", "HAWKBIT_TIMEOUT", "THINGSBOARD_HOME", "WG_DNS", "ENROLMENT_POLICY", "BRIGDE_TLS"
            })
    void otherUnknownNamesShouldBeWarnedAbout(String name) {
        assertThat(warned(eightAnd(name, "x"))).contains(name);
    }

    @Test
    void whatThisVersionDoesNotUseYetShouldBeWarnedAbout() {
        Map<String, String> environment = eightAnd("BRIDGE_DATABASE_USER", "bridge");

        assertThat(config(environment)).isNotNull();
        assertThat(warned(environment)).contains("BRIDGE_DATABASE_USER");
        assertThat(BridgeConfig.read(environment).settings())
                .contains(new Setting("BRIDGE_DATABASE_USER", "bridge", "environment, not used by this version"));
    }

    @Test
    void whatIsUsedForTheEndOfADeviceShouldBeRead(@TempDir Path directory) throws Exception {
        Path key = Files.createFile(directory.resolve("signing.pem"));

        BridgeConfig usual = config(eight());
        BridgeConfig other = config(eightAnd(
                "BRIDGE_SIGNING_KEY_FILE", key.toString(),
                "WG_APPLY", "uapi",
                "WG_INTERFACE", "devices",
                "WG_ADDRESS_QUARANTINE", "7d"));

        assertThat(usual.operators().signingKey()).isEmpty();
        assertThat(usual.tunnel().apply()).isEqualTo(TunnelConfig.Apply.FILE);
        assertThat(usual.tunnel().interfaceName()).isEqualTo("wg0");
        assertThat(usual.tunnel().quarantine()).hasHours(24);
        assertThat(other.operators().signingKey()).hasValue(key);
        assertThat(other.tunnel().apply()).isEqualTo(TunnelConfig.Apply.UAPI);
        assertThat(other.tunnel().interfaceName()).isEqualTo("devices");
        assertThat(other.tunnel().quarantine()).hasDays(7);
    }

    @Test
    void whatIsAllowedButOddShouldBeWarnedAbout() {
        assertThat(warned(eight())).containsExactlyInAnyOrder("HAWKBIT_USER", "BRIDGE_PUBLIC_URL");
        assertThat(warned(eightAnd("BRIDGE_PUBLIC_URL", "https://b"))).containsExactly("HAWKBIT_USER");
        assertThat(warned(eightAnd("BRIDGE_CERT_LIFETIME", "167h"))).contains("BRIDGE_CERT_LIFETIME");
        assertThat(warned(eightAnd("BRIDGE_CERT_LIFETIME", "7d"))).doesNotContain("BRIDGE_CERT_LIFETIME");
        assertThat(warned(eightAnd("BRIDGE_TLS", "off"))).contains("BRIDGE_TLS").doesNotContain("BRIDGE_PUBLIC_URL");
        assertThat(warned(eightAnd("BRIDGE_TLS", "off", "BRIDGE_PUBLIC_URL", "http://b")))
                .contains("BRIDGE_PUBLIC_URL");
        assertThat(warned(eightAnd("BRIDGE_TRUSTED_PROXIES", "10.0.0.1,0.0.0.0/0")))
                .contains("BRIDGE_TRUSTED_PROXIES");
        assertThat(warned(eightAnd("STEP_CA_PROVISIONER_PASSWORD", "secret ")))
                .contains("STEP_CA_PROVISIONER_PASSWORD");
    }

    @Test
    void aSecretShouldBeTakenAsItIs() {
        BridgeConfig config = config(eightAnd("STEP_CA_PROVISIONER_PASSWORD", " a b "));

        assertThat(((AuthorityConfig.StepCa) config.authority())
                        .provisioner()
                        .password()
                        .reveal())
                .isEqualTo(" a b ");
    }

    @Test
    void noSecretShouldBeShown() {
        Map<String, String> environment = eightAnd(
                "BRIDGE_OPERATOR_TOKEN", "hunter2-operator-token",
                "HAWKBIT_USER", "bridge",
                "HAWKBIT_PASSWORD", "hunter2-hawkbit",
                "THINGSBOARD_URL", "https://tb",
                "BRIDGE_PUBLIC_URL", "https://me:hunter2@x@bridge.example.com",
                "BRIDGE_TLS", "hunter");

        ConfigReading reading = BridgeConfig.read(environment);

        assertThat(reading.problems()).extracting(Finding::name).containsExactly("BRIDGE_TLS", "BRIDGE_PUBLIC_URL");
        assertThat(reading.toString()).doesNotContain("hunter2");
        assertThat(BridgeConfig.read(eight()).toString()).contains("***").doesNotContain("hunter2");
    }

    @Test
    void allProblemsShouldBeReportedAtOnce() {
        ConfigReading reading = BridgeConfig.read(Map.of(
                "STEP_CA_URL", "http://ca",
                "STEP_CA_FINGERPRINT", "abc",
                "WG_SUBNET", "10.8.0.1/24",
                "WG_CLIENT_MTU", "big",
                "BRIDGE_LISTN", "x",
                "BRIDGE_CERT_LIFETIME", "forever",
                "THINGSBOARD_MODE", "both"));

        assertThat(reading.problems())
                .extracting(Finding::name)
                .containsExactlyInAnyOrder(
                        "STEP_CA_URL",
                        "STEP_CA_FINGERPRINT",
                        "STEP_CA_PROVISIONER_NAME",
                        "STEP_CA_PROVISIONER_PASSWORD",
                        "WG_SUBNET",
                        "WG_SERVER_ENDPOINT",
                        "WG_SERVER_PUBLIC_KEY",
                        "WG_CLIENT_MTU",
                        "BRIDGE_LISTN",
                        "BRIDGE_CERT_LIFETIME",
                        "THINGSBOARD_URL",
                        "THINGSBOARD_MODE");
        String message = ((ConfigReading.Rejected) reading).message();
        assertThat(message).startsWith("The configuration has 12 problems:\n");
        assertThat(message.lines()).hasSize(13).anyMatch(line -> line.contains("did you mean BRIDGE_LISTEN?"));
    }

    @Test
    void settingsShouldSayWhatIsInForceAndWhereItCameFrom() {
        List<Setting> settings = BridgeConfig.read(eight()).settings();

        assertThat(settings)
                .contains(
                        new Setting("STEP_CA_URL", "https://tenant-step-ca:9000", "environment"),
                        new Setting("STEP_CA_PROVISIONER_PASSWORD", "***", "environment"),
                        new Setting("BRIDGE_LISTEN", "0.0.0.0:8443", Setting.DEFAULT),
                        new Setting("BRIDGE_PUBLIC_URL", "", Setting.UNSET),
                        new Setting("HAWKBIT_URL", "http://tenant-hawkbit:8090", "environment"),
                        new Setting("THINGSBOARD_URL", "", Setting.UNSET),
                        new Setting("THINGSBOARD_MODE", "managed", Setting.DEFAULT))
                .noneMatch(setting -> setting.name().equals("BRIDGE_DATABASE_URL"));
    }

    @Test
    void aRejectionShouldNeedAProblem() {
        assertThatThrownBy(() -> new ConfigReading.Rejected(List.of(), List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
