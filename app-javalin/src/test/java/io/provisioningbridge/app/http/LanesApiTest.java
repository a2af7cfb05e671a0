package io.provisioningbridge.app.http;

import static io.provisioningbridge.app.http.Operators.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanesApiTest {

    private final Operators operators = new Operators();

    @AfterEach
    void close() {
        operators.close();
    }

    @Test
    void listShouldGoThroughTheLanesOfOneStatePageByPage() throws Exception {
        for (int i = 0; i < 5; i++) {
            operators.enroll("Dev-00" + i);
        }
        operators.delete("/devices/dev-001");
        operators.parts.bridge.runDue();
        operators.post("/devices/dev-003/suspend");

        assertThat(seen("done", 2))
                .containsExactly(
                        "Dev-000/tunnel",
                        "Dev-001/certificate-authority",
                        "Dev-001/tunnel",
                        "Dev-002/tunnel",
                        "Dev-004/tunnel");
        assertThat(seen("due", 100)).containsExactly("Dev-003/tunnel");
        assertThat(operators.get("/lanes").path("lanes"))
                .as("those that failed")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state=lost",
                "state=FAILED",
                "state=due,done",
                "limit=0",
                "limit=1001",
                "cursor=%21",
                "cursor=YSBi",
                "cursor=ZGV2LTAwMS9odWI",
                "q=dev",
                "state=due&state=done"
            })
    void aWrongParameterShouldNotBeIgnored(String query) throws Exception {
        assertProblem(operators.tryGet("/lanes?" + query), 400, "invalid-parameter");
    }

    @Test
    void lanesThatFailedShouldBeSeenAndRetriedOneByOne() throws Exception {
        failed("dev-001", "dev-002");

        JsonNode lanes = operators.get("/lanes?state=failed").path("lanes");
        assertThat(lanes.findValuesAsText("device_id")).containsExactly("dev-001", "dev-002");
        assertThat(lanes.findValuesAsText("problem")).allMatch(problem -> problem.contains("no such provisioner"));
        assertThat(lanes.path(0).has("next_try")).isFalse();
        assertThat(operators
                        .get("/devices/dev-001/explanation")
                        .path("lanes")
                        .path(0)
                        .path("words")
                        .textValue())
                .contains("was given up: ", "no such provisioner", "./bridge lanes retry");

        HttpResponse<String> retried = retry("{\"device_id\":\"DEV-001\",\"system\":\"certificate-authority\"}");

        assertThat(retried.statusCode()).as(retried.body()).isEqualTo(200);
        assertThat(TestServer.json(retried.body()).path("retried").intValue()).isEqualTo(1);
        assertThat(operators.parts.store.events(new DeviceId("dev-001")))
                .filteredOn(event -> event.action() == Action.LANES_MARKED_DUE)
                .singleElement()
                .satisfies(event -> assertThat(event.cause()).startsWith("operator, request "));
        operators.parts.bridge.runDue();
        assertThat(operators.receipt("dev-001").path("complete").booleanValue()).isTrue();
        assertThat(operators.get("/lanes").path("lanes").findValuesAsText("device_id"))
                .containsExactly("dev-002");
    }

    @Test
    void allThatFailedShouldBeRetriedAtOnce() throws Exception {
        failed("dev-001", "dev-002", "dev-003");

        assertThat(TestServer.json(retry("{\"state\":\"failed\",\"system\":\"tunnel\"}")
                                .body())
                        .path("retried")
                        .intValue())
                .isZero();
        HttpResponse<String> retried = retry("{\"state\":\"failed\",\"system\":\"certificate-authority\"}");

        assertThat(TestServer.json(retried.body()).path("retried").intValue()).isEqualTo(3);
        assertThat(operators.get("/lanes").path("lanes")).isEmpty();
        operators.parts.bridge.runDue();
        assertThat(seen("done", 100)).hasSize(6);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                                    | 422 | member-missing
            {"system":"tunnel"}                                                   | 400 | malformed-body
            {"device_id":"dev-001"}                                               | 422 | member-missing
            {"device_id":"dev-001","state":"failed","system":"tunnel"}            | 400 | malformed-body
            {"device_id":"dev-001","system":"TUNNEL"}                             | 422 | invalid-system
            {"device_id":"dev-001","system":"certificate_authority"}              | 422 | invalid-system
            {"device_id":"dev..2","system":"tunnel"}                              | 422 | invalid-device-id
            {"device_id":"dev-002","system":"tunnel"}                             | 404 | unknown-lane
            {"state":"due","system":"tunnel"}                                     | 400 | malformed-body
            {"state":"failed","system":"tunnel","limit":1}                        | 400 | malformed-body
            """)
    void retryShouldNotGuess(String body, int status, String code) throws Exception {
        operators.enroll("dev-001");

        assertProblem(retry(body), status, code);
    }

    /** Takes devices out while the authority revokes nothing. */
    private void failed(String... ids) throws Exception {
        for (int i = 0; i < ids.length; i++) {
            operators.enroll(ids[i]);
            operators.delete("/devices/" + ids[i]);
            operators.parts.faults.failBefore(
                    "revoke",
                    i + 1,
                    () -> new BackendRefusedException("no such provisioner", Fault.BACKEND, Effect.NONE));
        }
        operators.parts.bridge.runDue();
    }

    private HttpResponse<String> retry(String body) throws Exception {
        return operators.post("/lanes/retry", body);
    }

    private List<String> seen(String state, int limit) throws Exception {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = operators.get(
                    "/lanes?state=" + state + "&limit=" + limit + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            assertThat(page.path("lanes").size()).isLessThanOrEqualTo(limit);
            page.path("lanes")
                    .forEach(lane -> seen.add(lane.path("device_id").textValue() + "/"
                            + lane.path("system").textValue()));
            cursor = page.path("next_cursor").asText("");
        } while (!cursor.isEmpty());
        return seen;
    }
}
