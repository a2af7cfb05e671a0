package io.provisioningbridge.simulators.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.simulators.thingsboard.MqttDevice.Answer;
import io.provisioningbridge.simulators.thingsboard.WebhookReceiver.Call;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real MQTT over TLS on the shipped managed profile, and the webhook of the shipped rule chain. */
class ManagedDevicesTest {

    private static final long LONG = 10_000;
    private static final long SHORT = 1_000;

    private final WebhookReceiver receiver = new WebhookReceiver();
    private final InstalledPlatform platform = new InstalledPlatform("device-profile-managed.json", receiver.url());

    ManagedDevicesTest() throws IOException {}

    @AfterEach
    void close() {
        platform.close();
        receiver.close();
    }

    @Test
    void connectShouldCallTheWebhookAsTheShippedChainDoes() throws InterruptedException {
        try (MqttDevice device = platform.device("dev-1", true)) {
            String id = platform.createDevice("dev-1", device.leaf);
            assertThat(device.connect()).isEqualTo(Answer.ACCEPTED);
            device.publish("{\"temperature\":21}");

            long at = platform.clock.millis();
            assertThat(receiver.next(LONG))
                    .contains(new Call(
                            InstalledPlatform.SECRET,
                            "application/json",
                            "{\"event\":\"CONNECT_EVENT\",\"deviceId\":\"" + id + "\",\"deviceName\":\"dev-1\","
                                    + "\"deviceType\":\"bridge devices\",\"ts\":" + at + "}"));
            assertThat(platform.simulator.isConnected("dev-1")).isTrue();
        }
    }

    @Test
    void certificateThatIsNotStoredShouldBeRefused() throws InterruptedException {
        try (MqttDevice device = platform.device("dev-1", true);
                MqttDevice other = platform.device("dev-1", true)) {
            platform.createDevice("dev-1", device.leaf);

            assertThat(other.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
            assertThat(receiver.next(SHORT)).isEmpty();
        }
    }

    @Test
    void switchingTheCertificateShouldDropTheConnectionAndRefuseTheOldOne() throws InterruptedException {
        try (MqttDevice old = platform.device("dev-1", true);
                MqttDevice renewed = platform.device("dev-1", true)) {
            String id = platform.createDevice("dev-1", old.leaf);
            assertThat(old.connect()).isEqualTo(Answer.ACCEPTED);
            platform.switchCertificate(id, renewed.leaf);

            assertThat(old.isDropped()).isTrue();
            assertThat(old.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
            assertThat(renewed.connect()).isEqualTo(Answer.ACCEPTED);
        }
    }

    @Test
    void deletedDeviceShouldBeDroppedRefusedAndReported() throws InterruptedException {
        try (MqttDevice device = platform.device("dev-1", true)) {
            String id = platform.createDevice("dev-1", device.leaf);
            assertThat(device.connect()).isEqualTo(Answer.ACCEPTED);
            assertThat(receiver.next(LONG)).isPresent();
            assertThat(platform.send("DELETE", "/api/device/" + id, BodyPublishers.noBody())
                            .statusCode())
                    .isEqualTo(200);

            assertThat(device.isDropped()).isTrue();
            assertThat(device.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
            assertThat(receiver.next(LONG).map(Call::body))
                    .contains("{\"event\":\"ENTITY_DELETED\",\"deviceId\":\"" + id
                            + "\",\"deviceName\":\"dev-1\",\"deviceType\":\"bridge devices\"}");
        }
    }

    @Test
    void expiredCertificateShouldBeRefused() {
        try (MqttDevice device = platform.device("dev-1", true)) {
            platform.createDevice("dev-1", device.leaf);
            platform.clock.tick(Duration.ofDays(31));

            assertThat(device.connect()).isEqualTo(Answer.NOT_AUTHORIZED);
        }
    }

    @Test
    void webhookThatFailsShouldBeRepeatedUntilItIsTaken() throws InterruptedException {
        receiver.answer(500);
        try (MqttDevice device = platform.device("dev-1", true)) {
            platform.createDevice("dev-1", device.leaf);
            assertThat(device.connect()).isEqualTo(Answer.ACCEPTED);
            Call first = receiver.next(LONG).orElseThrow();
            assertThat(receiver.next(LONG)).contains(first);
            receiver.answer(202);

            Optional<Call> next = Optional.of(first);
            while (next.isPresent()) {
                assertThat(next).contains(first);
                next = receiver.next(SHORT);
            }
        }
    }

    @Test
    void secondConnectionShouldEndTheFirst() throws InterruptedException {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate leaf = platform.hierarchy.issue(key.getPublic(), "dev-1", List.of("dev-1"));
        platform.createDevice("dev-1", leaf);
        try (MqttDevice first = device(key, leaf);
                MqttDevice second = device(key, leaf)) {
            assertThat(first.connect()).isEqualTo(Answer.ACCEPTED);
            assertThat(second.connect()).isEqualTo(Answer.ACCEPTED);

            assertThat(first.isDropped()).isTrue();
            assertThat(platform.simulator.isConnected("dev-1")).isTrue();
        }
    }

    @Test
    void defaultKeyManagerOfJavaShouldSendNoCertificate() throws GeneralSecurityException, IOException {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate leaf = platform.hierarchy.issue(key.getPublic(), "dev-1", List.of("dev-1"));
        platform.createDevice("dev-1", leaf);
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry(
                "device", key.getPrivate(), new char[0], new X509Certificate[] {leaf, platform.hierarchy.issuing()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        try (MqttDevice device = new MqttDevice(platform.simulator.mqttPort(), platform.hierarchy.root(), leaf, keys)) {
            assertThat(device.connect()).isEqualTo(Answer.IDENTIFIER_REJECTED);
        }
    }

    private MqttDevice device(KeyPair key, X509Certificate leaf) {
        return new MqttDevice(platform.simulator.mqttPort(), platform.hierarchy.root(), key, leaf, List.of());
    }
}
