package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform.Registration;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.contract.DevicePlatformContract;
import java.security.SecureRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeliveryProbeTest {

    private static final long LONG = 10_000;
    private static final long SHORT = 700;

    /** As in {@link DeliveryProbe#deviceName}. */
    private static final String EARLIER = "0123456789abcdef0123";

    private final SimulatedPlatform platform = SimulatedPlatform.managed();
    private final WebhookReceiver receiver = new WebhookReceiver();
    private final DeliveryProbe probe = new DeliveryProbe(platform.settings(), new SecureRandom());

    @BeforeEach
    void install() {
        ThingsBoardSetup.managed(platform.settings(), receiver.webhook()).install();
    }

    @AfterEach
    void close() {
        receiver.close();
        platform.close();
    }

    @Test
    void probeShouldCallTheWebhookAndLeaveNoDevice() throws InterruptedException {
        probe.send();

        JsonNode call = receiver.next(LONG).orElseThrow();
        assertThat(call.path("event").asText()).isEqualTo("ENTITY_DELETED");
        assertThat(call.path("deviceName").asText()).isEqualTo(probe.deviceName());
        assertThat(devices()).isZero();
        probe.close();
        assertThat(receiver.next(SHORT)).isEmpty();
    }

    @Test
    void probeShouldNotArriveWithAWrongSecret() throws InterruptedException {
        Webhook wrong = new Webhook(receiver.webhook().url(), new Secret("not-the-secret-at-all"));
        ThingsBoardSetup.managed(platform.settings(), wrong).install();

        probe.send();

        assertThat(receiver.next(SHORT)).isEmpty();
        assertThat(devices()).isZero();
    }

    @Test
    void deviceWhoseAnswerWasLostShouldBeDeleted() {
        platform.simulator.interfere((method, path, exchange) -> {
            boolean ours = exchange.getRequestHeaders().getFirst(SimulatedPlatform.PAST_THE_ADAPTER) == null;
            if (!ours || !method.equals("POST") || !path.equals("/api/device")) {
                return false;
            }
            platform.post("/api/device?accessToken=lost", device(probe.deviceName()));
            exchange.close();
            return true;
        });
        assertThat(catchThrowableOfType(BackendUnavailableException.class, probe::send))
                .isNotNull();
        assertThat(devices()).isEqualTo(1);

        probe.close();

        assertThat(devices()).isZero();
    }

    @Test
    void sweepShouldDeleteWhatAnEarlierRunLeftAndNothingElse() {
        String name = DeliveryProbe.PREFIX + EARLIER;
        platform.post("/api/device?accessToken=" + EARLIER, device(name));
        platform.post("/api/device?accessToken=b", device("not-" + name));
        platform.post("/api/device?accessToken=c", device(name + "0"));
        platform.post("/api/device?accessToken=d", device(DeliveryProbe.PREFIX + "pump"));
        platform.post("/api/device?accessToken=e", device(DeliveryProbe.PREFIX + EARLIER.replace('0', 'f')));

        assertThat(probe.sweep()).isEqualTo(1);
        assertThat(probe.sweep()).isZero();
        assertThat(devices()).isEqualTo(4);
    }

    @Test
    void sweepShouldLeaveAloneADeviceThatIsAdmittedByACertificate() {
        DeviceId id = new DeviceId(DeliveryProbe.PREFIX + EARLIER);
        platform.adapter()
                .put(new Registration(id, DevicePlatformContract.certificate(id), DevicePlatformContract.ATTRIBUTES));

        assertThat(probe.sweep()).isZero();
        assertThat(devices()).isEqualTo(1);
    }

    @Test
    void probeThatWasNeverSentShouldAskNothingWhenItIsClosed() {
        platform.simulator.stopRest();

        probe.close();

        platform.simulator.startRest();
        assertThat(devices()).isZero();
    }

    private ObjectNode device(String name) {
        String profileId = platform.get("/api/deviceProfileInfos?pageSize=10&page=0")
                .path("data")
                .path(0)
                .path("id")
                .path("id")
                .asText();
        ObjectNode device = Json.object().put("name", name);
        device.set("deviceProfileId", EntityId.of("DEVICE_PROFILE", profileId));
        return device;
    }

    private int devices() {
        return platform.get("/api/tenant/deviceInfos?pageSize=10&page=0")
                .path("totalElements")
                .asInt();
    }
}
