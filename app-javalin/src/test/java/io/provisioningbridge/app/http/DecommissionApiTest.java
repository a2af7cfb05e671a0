package io.provisioningbridge.app.http;

import static io.provisioningbridge.app.http.Operators.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class DecommissionApiTest {

    private Operators operators = new Operators();

    @AfterEach
    void close() {
        operators.close();
    }

    @Test
    void decommissionShouldTellTheLanesUntilTheReceiptIsComplete() throws Exception {
        operators.enroll("dev-001");
        operators.parts.bridge.runDue();

        HttpResponse<String> accepted = operators.delete("/devices/dev-001?reason=sold%20on");

        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        JsonNode pending = TestServer.json(accepted.body());
        assertThat(pending.path("complete").booleanValue()).isFalse();
        assertThat(pending.has("receipt")).isFalse();
        assertThat(pending.path("lanes").findValuesAsText("system")).containsExactly("certificate-authority", "tunnel");
        assertThat(pending.path("lanes").findValuesAsText("state")).containsOnly("due");

        operators.parts.bridge.runDue();
        HttpResponse<String> done = operators.delete("/devices/DEV-001?reason=another");

        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        JsonNode receipt =
                Operators.verified(TestServer.json(done.body()).path("receipt").textValue());
        assertThat(receipt.path("device_id").textValue()).isEqualTo("dev-001");
        assertThat(receipt.path("incarnation").intValue()).isEqualTo(1);
        assertThat(receipt.path("complete").booleanValue()).isTrue();
        assertThat(receipt.path("reason").textValue()).isEqualTo("sold on");
        assertThat(receipt.path("operator").textValue()).startsWith("operator, request ");
        assertThat(receipt.path("decommissioned_at").textValue()).isEqualTo("2026-11-23T10:00:00Z");
        assertThat(receipt.path("wireguard_ip").textValue()).isEqualTo("10.8.0.2");
        assertThat(receipt.path("systems").findValuesAsText("state")).containsExactly("done", "done");
        assertThat(receipt.path("systems").findValuesAsText("evidence")).containsExactly("observed", "observed");
        assertThat(receipt.path("certificates").findValuesAsText("revocation")).containsExactly("revoked");
        assertThat(receipt.path("possibly_issued")).isEmpty();
        assertThat(receipt.path("renewal_behind_bridge").textValue()).isEqualTo("unknown");
        assertThat(operators.parts.store.events(new DeviceId("dev-001")))
                .filteredOn(event -> event.action() == Action.DEVICE_DECOMMISSIONED)
                .singleElement()
                .satisfies(event -> assertThat(event.detail()).isEqualTo("sold on"));
        assertThat(operators.enroll("dev-001", DeviceKey.p256())).isInstanceOf(EnrollmentResult.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/devices/dev-002, 404, unknown-device",
        "/devices/dev..2, 422, invalid-device-id",
        "/devices/dev-001?why=sold, 400, invalid-parameter",
        "/devices/dev-001?reason=a&reason=b, 400, invalid-parameter",
        "/devices/dev-001?reason=a%0Ab, 422, invalid-reason",
        "/devices/dev-001?reason=%E2%80%AEa, 422, invalid-reason"
    })
    void decommissionShouldNotGuess(String path, int status, String code) throws Exception {
        operators.enroll("dev-001");

        assertProblem(operators.delete(path), status, code);

        assertThat(operators.get("/devices/dev-001").path("state").textValue()).isEqualTo("enrolled");
    }

    @Test
    void reasonShouldHaveAnEnd() throws Exception {
        operators.enroll("dev-001");

        assertProblem(operators.delete("/devices/dev-001?reason=" + "a".repeat(501)), 422, "invalid-reason");
        assertThat(operators
                        .delete("/devices/dev-001?reason=" + "a".repeat(500))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void receiptShouldBeAboutTheEndOfADevice() throws Exception {
        operators.enroll("dev-001");

        assertProblem(operators.tryGet("/devices/dev-001/receipt"), 404, "not-decommissioned");
        assertProblem(operators.tryGet("/devices/dev-002/receipt"), 404, "not-decommissioned");
        operators.post("/devices/dev-001/suspend");
        assertProblem(operators.tryGet("/devices/dev-001/receipt"), 404, "not-decommissioned");
        assertProblem(operators.tryGet("/devices/dev..2/receipt"), 422, "invalid-device-id");
    }

    @Test
    void receiptShouldNotTakeWhatWasBeforeForAProof() throws Exception {
        operators.enroll("dev-001");
        operators.parts.bridge.runDue();
        assertThat(operators.get("/devices/dev-001").path("lanes").findValuesAsText("evidence"))
                .as("what was known while it was in service")
                .containsExactly("acknowledged");

        operators.delete("/devices/dev-001");
        JsonNode receipt = operators.receipt("Dev-001");

        assertThat(receipt.path("complete").booleanValue()).isFalse();
        assertThat(receipt.path("systems").findValuesAsText("state")).containsExactly("due", "due");
        assertThat(receipt.path("systems").findValuesAsText("evidence")).isEmpty();
        assertThat(receipt.path("systems").findValuesAsText("what")).isEmpty();
        assertThat(receipt.path("certificates").findValuesAsText("revocation")).containsExactly("due");
    }

    @Test
    void receiptShouldSayWhichSystemIsInTheWay() throws Exception {
        operators.enroll("dev-001");
        operators.parts.bridge.runDue();
        operators.parts.faults.breakDown("revoke");

        operators.delete("/devices/dev-001");
        operators.parts.bridge.runDue();
        JsonNode receipt = operators.receipt("dev-001");

        assertThat(receipt.path("complete").booleanValue()).isFalse();
        JsonNode authority = receipt.path("systems").path(0);
        assertThat(authority.path("state").textValue()).isEqualTo("due");
        assertThat(authority.path("problem").textValue()).isEqualTo("planned: revoke is not available");
        assertThat(receipt.path("systems").path(1).path("evidence").textValue()).isEqualTo("observed");

        operators.parts.faults.heal("revoke");
        operators.parts.clock.tick(Duration.ofMinutes(10));
        operators.parts.bridge.runDue();
        assertThat(operators.receipt("dev-001").path("complete").booleanValue()).isTrue();
    }

    @Test
    void certificatesShouldExpireWithoutBeingCalledRevoked() throws Exception {
        operators.enroll("dev-001");
        operators.parts.faults.breakDown("revoke");
        operators.delete("/devices/dev-001");
        operators.parts.bridge.runDue();

        operators.parts.clock.tick(Duration.ofDays(91));
        operators.parts.bridge.runDue();
        JsonNode receipt = operators.receipt("dev-001");

        assertThat(receipt.path("complete").booleanValue()).isTrue();
        assertThat(receipt.path("certificates").findValuesAsText("revocation")).containsExactly("expired");
    }

    @Test
    void whatOnlyStandsInAFileShouldNotBeCalledObserved() throws Exception {
        operators.close();
        operators = new Operators(Evidence.PROJECTED);
        operators.enroll("dev-001");
        operators.delete("/devices/dev-001");
        operators.parts.bridge.runDue();

        JsonNode receipt = operators.receipt("dev-001");

        assertThat(receipt.path("complete").booleanValue()).isTrue();
        JsonNode tunnel = receipt.path("systems").path(1);
        assertThat(tunnel.path("evidence").textValue()).isEqualTo("projected");
        assertThat(tunnel.path("meaning").textValue()).startsWith("NOT observed: it was only written down");
        assertThat(tunnel.path("what").textValue()).contains("nobody tells whether the server has read it");
        assertThat(operators.get("/devices/dev-001/explanation").path("lanes").findValuesAsText("words"))
                .anyMatch(words -> words.contains("NOT observed"));
    }

    @Test
    void receiptShouldListWhatMayHaveBeenIssuedAndNeverArrived() throws Exception {
        DeviceKey key = DeviceKey.p256();
        operators.parts.faults.failAfter("sign", 1);
        assertThat(operators.enroll("dev-001", key)).isInstanceOf(EnrollmentResult.Deferred.class);
        operators.parts.clock.tick(Duration.ofHours(1));
        assertThat(operators.enroll("dev-001", key)).isInstanceOf(EnrollmentResult.Enrolled.class);

        operators.delete("/devices/dev-001");
        JsonNode receipt = operators.receipt("dev-001");

        assertThat(receipt.path("certificates")).hasSize(1);
        assertThat(receipt.path("possibly_issued")).hasSize(1);
        assertThat(receipt.path("possibly_issued").path(0).path("key_sha256").textValue())
                .matches("[0-9a-f]{64}");
        assertThat(receipt.path("possibly_issued").path(0).path("asked_at").textValue())
                .isEqualTo("2026-11-23T10:00:00Z");
    }

    @Test
    void receiptShouldTellOfTheLatestLook() throws Exception {
        operators.enroll("dev-001");
        Device device = operators.parts.store.find(new DeviceId("dev-001")).orElseThrow();
        PeerKey peer = device.peer().key();
        operators.delete("/devices/dev-001");
        operators.parts.bridge.runDue();
        assertThat(tunnelSeenAt()).isEqualTo("2026-11-23T10:00:00Z");

        operators.parts.clock.tick(Duration.ofMinutes(4));
        operators.parts.bridge.runDue();
        assertThat(tunnelSeenAt()).isEqualTo("2026-11-23T10:00:00Z");
        operators.parts.clock.tick(Duration.ofMinutes(55));
        operators.parts.bridge.runDue();
        assertThat(tunnelSeenAt()).as("the first look").isEqualTo("2026-11-23T10:59:00Z");

        // Somebody plays an old configuration back.
        operators.parts.peers.put(List.of(new Assignment(peer, device.address(), Set.of())));
        operators.parts.clock.tick(Duration.ofMinutes(2));
        operators.parts.bridge.runDue();
        assertThat(tunnelSeenAt()).isEqualTo("2026-11-23T11:01:00Z");
        assertThat(operators.parts.peers.observe()).isEmpty();

        operators.parts.clock.tick(Duration.ofHours(23));
        operators.parts.bridge.runDue();
        assertThat(tunnelSeenAt()).isEqualTo("2026-11-24T10:01:00Z");
        assertThat(operators.receipt("dev-001").path("systems").findValuesAsText("at"))
                .containsExactly("2026-11-24T10:01:00Z", "2026-11-24T10:01:00Z");

        operators.parts.clock.tick(Duration.ofDays(2));
        operators.parts.bridge.runDue();
        assertThat(tunnelSeenAt()).as("the last look").isEqualTo("2026-11-24T10:01:00Z");
    }

    @Test
    void aLookThatFailsShouldBeToldBesideTheOneBefore() throws Exception {
        operators.enroll("dev-001");
        operators.delete("/devices/dev-001");
        operators.parts.bridge.runDue();
        operators.parts.faults.breakDown("revoke");
        operators.parts.clock.tick(Duration.ofMinutes(61));
        operators.parts.bridge.runDue();

        JsonNode authority = operators.receipt("dev-001").path("systems").path(0);

        assertThat(authority.path("state").textValue()).isEqualTo("done");
        assertThat(authority.path("at").textValue()).isEqualTo("2026-11-23T10:00:00Z");
        assertThat(authority.path("problem").textValue()).isEqualTo("planned: revoke is not available");
    }

    @Test
    void whatOperatorsDoShouldBeOneLineInTheLog() throws Exception {
        operators.enroll("dev-001");
        Logger ours = (Logger) LoggerFactory.getLogger("io.provisioningbridge");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        ours.addAppender(log);
        try {
            operators.post("/devices/dev-001/suspend", "{\"reason\":\"stolen?\"}");
            operators.post("/devices/dev-001/resume");
            operators.delete("/devices/dev-001?reason=sold");
            operators.post("/lanes/retry", "{\"device_id\":\"dev-001\",\"system\":\"tunnel\"}");
            operators.receipt("dev-001");
        } finally {
            ours.detachAppender(log);
        }

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "dev-001 is suspended: stolen?",
                        "dev-001 is in service: -",
                        "dev-001 is out of service: sold",
                        "1 lanes of tunnel are tried again");
        assertThat(log.list)
                .allSatisfy(line -> assertThat(line.getMDCPropertyMap()).containsEntry("device", "dev-001"));
    }

    @Test
    void aStoreThatCannotBeWrittenShouldBeSaidSo() throws Exception {
        operators.enroll("dev-001");
        operators.parts.bridge.close();

        assertProblem(operators.delete("/devices/dev-001"), 503, "store-unavailable");
    }

    private String tunnelSeenAt() throws Exception {
        JsonNode tunnel = operators.receipt("dev-001").path("systems").path(1);
        assertThat(tunnel.path("state").textValue()).isEqualTo("done");
        return tunnel.path("at").textValue();
    }
}
