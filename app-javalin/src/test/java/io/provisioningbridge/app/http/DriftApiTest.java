package io.provisioningbridge.app.http;

import static io.provisioningbridge.app.http.Operators.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriftApiTest {

    private final Operators operators = new Operators();
    private final PeerKey stranger = new Seeded(3).peerKey();

    @AfterEach
    void close() {
        operators.close();
    }

    @Test
    void nothingShouldBeReportedBeforeAnythingWasCompared() throws Exception {
        JsonNode report = operators.get("/drift");

        assertThat(report.has("begun")).isFalse();
        assertThat(report.path("systems")).isEmpty();
        assertProblem(operators.post("/drift/repair"), 409, "not-compared-yet");
    }

    @Test
    void whatIsAskedForShouldBeComparedInTheBackgroundAndListedWithWhatToDo() throws Exception {
        drifted();
        HttpResponse<String> asked = operators.post("/drift/check");
        assertThat(asked.statusCode()).isEqualTo(202);
        operators.parts.clock.tick(Duration.ofSeconds(1));
        operators.parts.bridge.drift().runDue();

        JsonNode report = operators.get("/drift");

        Instant moment =
                Instant.parse(TestServer.json(asked.body()).path("asked").textValue());
        assertThat(Instant.parse(report.path("begun").textValue())).isAfter(moment);
        assertThat(report.path("systems").findValuesAsText("system")).containsExactly("certificates", "tunnel");
        assertThat(report.path("total").intValue()).isEqualTo(4);
        assertThat(report.path("types").findValuesAsText("type")).containsExactly("orphan-peer", "missing-peer");
        assertThat(report.path("types").findValuesAsText("remedy")).containsExactly("none", "repair");
        assertThat(report.path("types").findValuesAsText("advice"))
                .satisfiesExactly(
                        foreign -> assertThat(foreign).contains("left alone"),
                        ours -> assertThat(ours).contains("./bridge drift --repair"));
        JsonNode foreign = report.path("findings").path(0);
        assertThat(foreign.path("subject").textValue()).isEqualTo(stranger.base64());
        assertThat(foreign.has("device_id")).isFalse();
        assertThat(report.path("findings").path(1).path("device_id").textValue())
                .isEqualTo("dev-000");
    }

    @Test
    void listShouldBeGoneThroughPageByPageAndByType() throws Exception {
        drifted();
        operators.parts.bridge.drift().check();

        assertThat(seen("", 1))
                .hasSize(4)
                .isEqualTo(seen("", 3))
                .isEqualTo(seen("", 4))
                .isEqualTo(seen("", 100));
        assertThat(seen("missing-peer", 2)).containsExactly("dev-000", "dev-001", "dev-002");
        assertThat(seen("wrong-peer", 2)).isEmpty();
    }

    @Test
    void repairShouldSayWhatItSetGoing() throws Exception {
        drifted();
        operators.parts.bridge.drift().check();

        HttpResponse<String> repaired = operators.post("/drift/repair", "{}");

        assertThat(repaired.statusCode()).as(repaired.body()).isEqualTo(200);
        JsonNode answer = TestServer.json(repaired.body());
        assertThat(answer.path("lanes").findValuesAsText("system")).containsExactly("tunnel");
        assertThat(answer.at("/lanes/0/marked").intValue()).isEqualTo(3);
        assertThat(answer.path("peer_directory").textValue()).isEqualTo("untouched");
        assertThat(answer.path("left").intValue()).isEqualTo(1);
        assertThat(operators.get("/lanes?state=due").path("lanes").findValuesAsText("device_id"))
                .containsExactly("dev-000", "dev-001", "dev-002");
        assertThat(operators.parts.store.events(new DeviceId("dev-000")))
                .noneMatch(event -> event.action() == Action.LANES_MARKED_DUE
                        && !event.cause().startsWith("operator, request "));
        operators.parts.bridge.runDue();
        operators.parts.bridge.drift().check();
        assertThat(seen("", 100)).containsExactly(stranger.base64());
        assertThat(operators.parts.peers.known()).containsKey(stranger);
    }

    @Test
    void viewerShouldOnlyLook() throws Exception {
        for (String path : List.of("/drift/check", "/drift/repair")) {
            assertProblem(
                    operators.send(
                            Operators.VIEWER, operators.server.request(path).POST(BodyPublishers.noBody())),
                    403,
                    "operators-only");
        }
        assertThat(operators.parts.bridge.drift().runDue()).as("nobody asked").isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type=MISSING_PEER",
                "type=peer",
                "limit=0",
                "limit=1001",
                "cursor=%21",
                "cursor=W10",
                "cursor=WyJtaXNzaW5nLXBlZXIiXQ",
                "cursor=eyJhIjoxfQ",
                "q=dev"
            })
    void aWrongParameterShouldNotBeIgnored(String query) throws Exception {
        assertProblem(operators.tryGet("/drift?" + query), 400, "invalid-parameter");
    }

    @Test
    void aBodyThatWantsMoreShouldNotBeIgnored() throws Exception {
        assertProblem(operators.post("/drift/check", "{\"system\":\"tunnel\"}"), 400, "malformed-body");
        assertProblem(operators.post("/drift/repair", "{\"type\":\"missing-peer\"}"), 400, "malformed-body");
    }

    /** Three devices without a peer, and a peer of somebody else. */
    private void drifted() {
        for (int i = 0; i < 3; i++) {
            operators.enroll("dev-00" + i);
        }
        operators.parts.bridge.runDue();
        operators.parts.peers.loseEverything();
        operators.parts.peers.addForeign(stranger, Set.of("10.8.0.200/32"));
    }

    private List<String> seen(String type, int limit) throws Exception {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = operators.get("/drift?limit=" + limit + (type.isEmpty() ? "" : "&type=" + type)
                    + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            assertThat(page.path("findings").size()).isLessThanOrEqualTo(limit);
            seen.addAll(page.path("findings").findValuesAsText("subject"));
            cursor = page.path("next_cursor").asText("");
        } while (!cursor.isEmpty());
        return seen;
    }
}
