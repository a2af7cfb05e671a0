package io.provisioningbridge.app.http;

import static io.provisioningbridge.app.http.Operators.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.RefusalReason;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Hold;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LifecycleApiTest {

    private final Operators operators = new Operators();

    @AfterEach
    void close() {
        operators.close();
    }

    @Test
    void suspendedDeviceShouldBeRefusedAndLoseItsPeerUntilItIsResumed() throws Exception {
        DeviceKey key = DeviceKey.p256();
        operators.enroll("dev-001", key);
        operators.parts.bridge.runDue();

        HttpResponse<String> suspended = operators.post("/devices/DEV-001/suspend", "{\"reason\":\"stolen?\"}");

        assertThat(suspended.statusCode()).as(suspended.body()).isEqualTo(200);
        JsonNode device = TestServer.json(suspended.body());
        assertThat(device.path("device_id").textValue()).isEqualTo("dev-001");
        assertThat(device.path("state").textValue()).isEqualTo("suspended");
        assertThat(device.path("state_since").textValue()).isEqualTo("2026-11-23T10:00:00Z");
        assertThat(lane(device, "tunnel").path("state").textValue()).isEqualTo("due");
        operators.parts.bridge.runDue();
        assertThat(operators.parts.peers.observe()).isEmpty();
        assertThat(operators.enroll("dev-001", key))
                .isInstanceOfSatisfying(
                        EnrollmentResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.DEVICE_SUSPENDED));

        HttpResponse<String> resumed = operators.post("/devices/dev-001/resume", "{}");

        assertThat(resumed.statusCode()).as(resumed.body()).isEqualTo(200);
        assertThat(TestServer.json(resumed.body()).path("state").textValue()).isEqualTo("enrolled");
        operators.parts.bridge.runDue();
        assertThat(operators.parts.peers.observe()).hasSize(1);
        assertThat(operators.enroll("dev-001", key)).isInstanceOf(EnrollmentResult.Enrolled.class);
        assertThat(events("dev-001", Action.DEVICE_SUSPENDED)).singleElement().satisfies(event -> {
            assertThat(event.detail()).isEqualTo("stolen?");
            assertThat(event.cause()).startsWith("operator, request ");
        });
        assertThat(events("dev-001", Action.DEVICE_RESUMED)).hasSize(1);
    }

    @Test
    void repeatingShouldBeHarmless() throws Exception {
        operators.enroll("dev-001");

        assertThat(operators.post("/devices/dev-001/resume").statusCode()).isEqualTo(200);
        assertThat(operators.post("/devices/dev-001/suspend").statusCode()).isEqualTo(200);
        assertThat(operators.post("/devices/dev-001/suspend").statusCode()).isEqualTo(200);

        assertThat(events("dev-001", Action.DEVICE_SUSPENDED)).hasSize(1);
        assertThat(events("dev-001", Action.DEVICE_RESUMED)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"suspend", "resume", "readmit"})
    void wishesShouldBeJudgedBeforeTheyAreFulfilled(String wish) throws Exception {
        operators.enroll("dev-001");
        String path = "/devices/dev-001/" + wish;

        assertProblem(operators.post("/devices/dev-002/" + wish), 404, "unknown-device");
        assertProblem(operators.post("/devices/dev..2/" + wish), 422, "invalid-device-id");
        assertProblem(operators.post(path, "{\"reason\":\"x\",\"force\":true}"), 400, "malformed-body");
        assertProblem(operators.post(path, "{\"reason\":7}"), 400, "malformed-body");
        assertProblem(operators.post(path, "{\"reason\":\"a\\nb\"}"), 422, "invalid-reason");
        assertProblem(operators.post(path, "[]"), 400, "malformed-body");
    }

    @ParameterizedTest
    @CsvSource({"suspend, decommissioned", "resume, decommissioned"})
    void deviceThatIsOutShouldStayOut(String wish, String state) throws Exception {
        operators.enroll("dev-001");
        operators.delete("/devices/dev-001");

        HttpResponse<String> refused = operators.post("/devices/dev-001/" + wish);

        assertProblem(refused, 409, "wrong-state");
        assertThat(refused.body()).contains("The device is " + state);
    }

    @Test
    void readmissionShouldWaitForTheTunnelAndInheritNothing() throws Exception {
        DeviceKey key = DeviceKey.p256();
        operators.enroll("dev-001", key);
        assertProblem(operators.post("/devices/dev-001/readmit"), 409, "wrong-state");
        operators.delete("/devices/dev-001");
        assertProblem(operators.post("/devices/dev-001/readmit"), 409, "still-leaving");
        operators.parts.bridge.runDue();

        HttpResponse<String> readmitted = operators.post("/devices/Dev-001/readmit", "{\"reason\":\"repaired\"}");

        assertThat(readmitted.statusCode()).as(readmitted.body()).isEqualTo(200);
        assertThat(TestServer.json(readmitted.body()))
                .isEqualTo(TestServer.json("{\"device_id\":\"dev-001\",\"ended_incarnation\":1}"));
        assertThat(events("dev-001", Action.DEVICE_READMITTED))
                .singleElement()
                .satisfies(event -> assertThat(event.detail()).isEqualTo("after incarnation 1: repaired"));
        assertProblem(operators.tryGet("/devices/dev-001/receipt"), 404, "not-decommissioned");
        assertProblem(operators.post("/devices/dev-001/readmit"), 404, "unknown-device");
        assertThat(operators.enroll("dev-001", key)).isInstanceOf(EnrollmentResult.Refused.class);
        operators.enroll("dev-001");
        JsonNode device = operators.get("/devices/dev-001");
        assertThat(device.path("incarnation").intValue()).isEqualTo(2);
        assertThat(device.path("wireguard_ip").textValue()).isNotEqualTo("10.8.0.2");
    }

    @Test
    void deviceShouldBeShownWithItsLanes() throws Exception {
        operators.enroll("dev-001");
        operators.parts.faults.breakDown("put");
        operators.parts.bridge.runDue();

        JsonNode tunnel = lane(operators.get("/devices/dev-001"), "tunnel");

        assertThat(tunnel.path("state").textValue()).isEqualTo("due");
        assertThat(tunnel.path("since").textValue()).isEqualTo("2026-11-23T10:00:00Z");
        assertThat(tunnel.path("attempts").intValue()).isEqualTo(1);
        assertThat(tunnel.path("problem").textValue()).isEqualTo("planned: put is not available");
        assertThat(tunnel.path("next_try").textValue()).startsWith("2026-11-23T10:00:0");
        assertThat(tunnel.has("last_done")).isFalse();

        operators.parts.faults.heal("put");
        operators.parts.clock.tick(Duration.ofMinutes(1));
        operators.parts.bridge.runDue();
        JsonNode done = lane(operators.get("/devices/dev-001"), "tunnel");
        assertThat(done.path("state").textValue()).isEqualTo("done");
        assertThat(done.has("problem")).isFalse();
        assertThat(done.path("last_done").path("what").textValue()).isEqualTo("peer at 10.8.0.2");
        assertThat(done.path("last_done").path("at").textValue()).isEqualTo("2026-11-23T10:01:00Z");
    }

    @Test
    void explanationShouldNameTheRule() throws Exception {
        JsonNode stranger = operators.get("/devices/dev-001/explanation");
        assertThat(stranger.path("rule").textValue()).isEqualTo("stranger");
        assertThat(stranger.path("enrolled").booleanValue()).isFalse();
        assertThat(stranger.path("words").textValue()).startsWith("No device is enrolled under this id.");
        assertThat(stranger.path("lanes")).isEmpty();
        assertThat(rule("localhost")).isEqualTo("reserved");
        assertProblem(operators.tryGet("/devices/dev..2/explanation"), 422, "invalid-device-id");

        operators.enroll("dev-001");
        assertThat(rule("DEV-001")).isEqualTo("change-needs-proof");
        operators.post("/devices/dev-001/suspend", "{\"reason\":\"stolen?\"}");
        JsonNode suspended = operators.get("/devices/dev-001/explanation");
        assertThat(suspended.path("rule").textValue()).isEqualTo("suspended");
        assertThat(suspended.path("state").textValue()).isEqualTo("suspended");
        assertThat(suspended.path("latest_events").path(0).path("action").textValue())
                .isEqualTo("device_suspended");
        assertThat(suspended.path("latest_events").path(0).path("detail").textValue())
                .isEqualTo("stolen?");
        operators.delete("/devices/dev-001");
        assertThat(rule("dev-001")).isEqualTo("decommissioned");
    }

    @Test
    void explanationShouldTellOfAnEnrollmentThatIsUnderWay() throws Exception {
        Hold hold = operators.parts.faults.holdBefore("sign", 1);
        CompletableFuture<EnrollmentResult> enrollment = CompletableFuture.supplyAsync(
                () -> operators.enroll("dev-001", DeviceKey.p256()), task -> new Thread(task).start());
        hold.awaitReached();

        JsonNode explanation = operators.get("/devices/dev-001/explanation");

        assertThat(explanation.path("rule").textValue()).isEqualTo("enrollment-under-way");
        assertThat(explanation.path("under_way").path("key_sha256").textValue()).matches("[0-9a-f]{64}");
        assertThat(explanation.path("under_way").path("since").textValue()).isEqualTo("2026-11-23T10:00:00Z");
        hold.release();
        assertThat(enrollment.join()).isInstanceOf(EnrollmentResult.Enrolled.class);
    }

    @Test
    void explanationShouldSayWhatEachSystemWaitsFor() throws Exception {
        operators.enroll("dev-001");
        assertThat(words("tunnel"))
                .startsWith("The tunnel server has been behind since 2026-11-23T10:00:00Z and was not asked yet.");
        operators.parts.faults.breakDown("put");
        operators.parts.bridge.runDue();
        assertThat(words("tunnel"))
                .matches(
                        "The tunnel server has been behind since 2026-11-23T10:00:00Z: planned: put is not available\\."
                                + " Tried once\\. Next try: 2026-11-23T10:00:0\\dZ\\.");
        operators.parts.faults.heal("put");
        operators.parts.clock.tick(Duration.ofMinutes(1));
        operators.parts.bridge.runDue();
        assertThat(words("tunnel"))
                .isEqualTo(
                        "The tunnel server has been as it should be since 2026-11-23T10:01:00Z: peer at 10.8.0.2 (the"
                                + " system said that it did it; it was not read back).");
        operators.delete("/devices/dev-001");
        operators.parts.bridge.runDue();
        assertThat(words("certificate-authority")).endsWith(" It is looked at again: 2026-11-23T10:06:00Z.");
    }

    private String rule(String id) throws Exception {
        return operators.get("/devices/" + id + "/explanation").path("rule").textValue();
    }

    private String words(String system) throws Exception {
        return lane(operators.get("/devices/dev-001/explanation"), system)
                .path("words")
                .textValue();
    }

    private static JsonNode lane(JsonNode answer, String system) {
        for (JsonNode lane : answer.path("lanes")) {
            if (lane.path("system").textValue().equals(system)) {
                return lane;
            }
        }
        throw new AssertionError("no lane of " + system + " in " + answer);
    }

    private List<AuditEvent> events(String id, Action action) {
        return operators.parts.store.events(new DeviceId(id)).stream()
                .filter(event -> event.action() == action)
                .toList();
    }
}
