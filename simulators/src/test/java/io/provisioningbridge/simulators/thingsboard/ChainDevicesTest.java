package io.provisioningbridge.simulators.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.simulators.thingsboard.MqttDevice.Answer;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real MQTT over TLS on the shipped chain profile. */
class ChainDevicesTest {

    private final WebhookReceiver receiver = new WebhookReceiver();
    private final InstalledPlatform platform = new InstalledPlatform("device-profile-chain.json", receiver.url());

    ChainDevicesTest() throws IOException {}

    @AfterEach
    void close() {
        platform.close();
        receiver.close();
    }

    @Test
    void unknownDeviceShouldBeRefused() {
        try (MqttDevice device = platform.device("dev-1", true)) {
            assertThat(device.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
        }
    }

    @Test
    void renewedCertificateShouldBeTakenWithItsChainOnly() {
        try (MqttDevice old = platform.device("dev-1", true);
                MqttDevice renewed = platform.device("dev-1", true);
                MqttDevice leafOnly = platform.device("dev-1", false)) {
            String id = platform.createDevice("dev-1", old.leaf);

            assertThat(leafOnly.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
            assertThat(renewed.connect()).isEqualTo(Answer.ACCEPTED);
            assertThat(platform.credentialsId(id)).isEqualTo(InstalledPlatform.credentialsIdOf(renewed.leaf));
        }
    }

    @Test
    void supersededCertificateShouldTakeTheDeviceBack() throws InterruptedException {
        try (MqttDevice old = platform.device("dev-1", true);
                MqttDevice renewed = platform.device("dev-1", true)) {
            String id = platform.createDevice("dev-1", old.leaf);
            assertThat(renewed.connect()).isEqualTo(Answer.ACCEPTED);
            assertThat(old.connect()).isEqualTo(Answer.ACCEPTED);

            assertThat(renewed.isDropped()).isTrue();
            assertThat(platform.credentialsId(id)).isEqualTo(InstalledPlatform.credentialsIdOf(old.leaf));
        }
    }

    @Test
    void expiredCertificateShouldBeRefusedAndStoredAllTheSame() {
        try (MqttDevice good = platform.device("dev-1", true);
                MqttDevice expired = platform.device("dev-1", true)) {
            String id = platform.createDevice("dev-1", good.leaf);
            platform.clock.tick(Duration.ofDays(31));

            assertThat(expired.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
            assertThat(platform.credentialsId(id)).isEqualTo(InstalledPlatform.credentialsIdOf(expired.leaf));
        }
    }

    @Test
    void quarantineShouldDropTheConnectionAndRefuseTheChain() throws InterruptedException {
        try (MqttDevice device = platform.device("dev-1", true)) {
            String id = platform.createDevice("dev-1", device.leaf);
            assertThat(device.connect()).isEqualTo(Answer.ACCEPTED);
            ObjectNode credentials = (ObjectNode) platform.get("/api/device/" + id + "/credentials");
            platform.post(
                    "/api/device/credentials",
                    credentials
                            .put("credentialsType", Credential.ACCESS_TOKEN)
                            .put("credentialsId", "nobody-has-this")
                            .putNull("credentialsValue"));

            assertThat(device.isDropped()).isTrue();
            assertThat(device.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
        }
    }

    @Test
    void authorityThatOnlyHasTheSameNameShouldBeRefused() {
        CertificateHierarchy forged = CertificateHierarchy.of("Root", "Issuing");
        KeyPair key = CertificateHierarchy.newKey();
        try (MqttDevice genuine = platform.device("dev-1", true);
                MqttDevice device = new MqttDevice(
                        platform.simulator.mqttPort(),
                        platform.hierarchy.root(),
                        key,
                        forged.issue(key.getPublic(), "dev-1", List.of("dev-1")),
                        List.of(forged.issuing()))) {
            platform.createDevice("dev-1", genuine.leaf);

            assertThat(device.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
        }
    }

    @Test
    void chainThatDoesNotLinkUpShouldEndInTls() {
        CertificateHierarchy forged = CertificateHierarchy.of("Root", "Issuing");
        KeyPair key = CertificateHierarchy.newKey();
        try (MqttDevice genuine = platform.device("dev-1", true);
                MqttDevice device = new MqttDevice(
                        platform.simulator.mqttPort(),
                        platform.hierarchy.root(),
                        key,
                        forged.issue(key.getPublic(), "dev-1", List.of("dev-1")),
                        List.of(platform.hierarchy.issuing()))) {
            platform.createDevice("dev-1", genuine.leaf);

            assertThat(device.connect()).isEqualTo(Answer.TLS_ALERT);
        }
    }

    @Test
    void nameThatDoesNotMatchShouldBeRefused() {
        try (MqttDevice device = platform.device("dev 1", true)) {
            assertThat(device.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
        }
    }
}
