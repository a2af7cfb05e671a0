package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.provisioningbridge.app.config.HostPort;
import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.drift.FindingType;
import io.provisioningbridge.core.drift.Place;
import io.provisioningbridge.core.drift.Repair;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.RefusalReason;
import io.provisioningbridge.core.operation.ExplainDevice;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The contract is written by hand; this is what keeps it true. */
class OpenApiTest {

    private final JsonNode contract = read();

    @Test
    void everyRouteShouldBeInTheContractAndTheOtherWayRound() {
        Set<String> described = new HashSet<>();
        for (String path : names(contract.path("paths"))) {
            for (String method : names(contract.path("paths").path(path))) {
                described.add(method.toUpperCase(Locale.ROOT) + " " + path);
                if (method.equals("get")) {
                    described.add("HEAD " + path);
                }
            }
        }

        Set<String> served = new HashSet<>();
        try (TestServer devices = TestServer.of(OpenApiTest::enrolled);
                Operators operators = new Operators()) {
            served.addAll(devices.routes());
            served.addAll(operators.server.routes());
        }
        assertThat(served).isEqualTo(described);
    }

    @Test
    void everyCodeShouldBeInTheContractAndTheOtherWayRound() {
        assertThat(texts(contract.at("/components/schemas/Problem/properties/code/enum")))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(ProblemType::code)
                        .toList());
    }

    @Test
    void everyRefusalShouldHaveADescribedStatus() {
        JsonNode responses = contract.at("/paths/~1devices~1{id}~1enroll/post/responses");

        for (RefusalReason reason : RefusalReason.values()) {
            String status = String.valueOf(ProblemType.of(reason).status());
            assertThat(responses.has(status)).as(reason + " is " + status).isTrue();
        }
    }

    @Test
    void answerShouldHaveExactlyTheDescribedMembers() throws Exception {
        try (TestServer plain = TestServer.of(OpenApiTest::enrolled);
                TestServer server = TestServer.of(OpenApiTest::enrolled, SERVICES)) {
            JsonNode least = TestServer.json(
                    plain.enroll("dev-001", "{\"csr_pem\":\"\"}").body());
            JsonNode answer = TestServer.json(
                    server.enroll("dev-001", "{\"csr_pem\":\"\"}").body());
            JsonNode schema = contract.at("/components/schemas/Enrolled");
            JsonNode services = contract.at("/components/schemas/Services/properties");

            assertThat(names(least)).isEqualTo(texts(schema.path("required")));
            assertThat(names(answer)).isEqualTo(names(schema.path("properties")));
            assertThat(names(answer.path("services"))).isEqualTo(names(services));
            assertThat(names(answer.at("/services/mqtt"))).isEqualTo(names(services.at("/mqtt/properties")));
            assertThat(names(answer.at("/services/hawkbit"))).isEqualTo(names(services.at("/hawkbit/properties")));
        }
    }

    @Test
    void olderDialectsShouldHaveExactlyTheDescribedMembers() throws Exception {
        try (TestServer server = TestServer.of(OpenApiTest::enrolled, SERVICES)) {
            JsonNode named =
                    TestServer.json(server.enroll("dev-001", "{\"csr\":\"\"}").body());
            JsonNode flat = TestServer.json(server.post("/v1/enroll", "{\"device_id\":\"dev-001\",\"csr\":\"\"}")
                    .body());

            assertThat(names(named)).isEqualTo(texts(contract.at("/components/schemas/NamedDeviceEnrolled/required")));
            assertThat(names(flat)).isEqualTo(texts(contract.at("/components/schemas/FlatEnrolled/required")));
        }
    }

    @Test
    void problemShouldHaveDescribedMembersOnly() throws Exception {
        try (TestServer server = TestServer.of(OpenApiTest::enrolled)) {
            JsonNode problem = TestServer.json(server.enroll("dev-001", "[]").body());
            JsonNode schema = contract.at("/components/schemas/Problem");

            assertThat(names(problem)).containsAll(texts(schema.path("required")));
            assertThat(names(schema.path("properties"))).containsAll(names(problem));
        }
    }

    @Test
    void receiptShouldHaveExactlyTheDescribedMembers() throws Exception {
        try (Operators operators = new Operators()) {
            operators.enroll("dev-001");
            JsonNode accepted =
                    TestServer.json(operators.delete("/devices/dev-001").body());
            operators.parts.bridge.runDue();
            JsonNode done = TestServer.json(operators.delete("/devices/dev-001").body());
            JsonNode receipt = operators.receipt("dev-001");

            JsonNode schema = contract.at("/components/schemas/Receipt");
            assertThat(names(receipt))
                    .isEqualTo(texts(schema.path("required")))
                    .isEqualTo(names(schema.path("properties")));
            assertMembers(receipt.path("systems").path(0), schema.at("/properties/systems/items"));
            assertMembers(receipt.path("certificates").path(0), schema.at("/properties/certificates/items"));
            JsonNode decommissioned = contract.at("/components/schemas/Decommissioned");
            assertMembers(accepted, decommissioned);
            assertMembers(done, decommissioned);
            assertMembers(done.path("lanes").path(0), contract.at("/components/schemas/Lane"));
            assertThat(done.path("receipt").textValue())
                    .matches(contract.at("/components/schemas/SignedReceipt/pattern")
                            .textValue());
        }
    }

    @Test
    void explanationShouldHaveDescribedMembersOnly() throws Exception {
        try (Operators operators = new Operators()) {
            JsonNode schema = contract.at("/components/schemas/Explanation");
            assertMembers(operators.get("/devices/dev-001/explanation"), schema);
            operators.enroll("dev-001");
            JsonNode explanation = operators.get("/devices/dev-001/explanation");

            assertMembers(explanation, schema);
            assertMembers(explanation.path("latest_events").path(0), contract.at("/components/schemas/Event"));
            assertThat(texts(schema.at("/properties/rule/enum")))
                    .containsExactlyElementsOf(Arrays.stream(ExplainDevice.Rule.values())
                            .map(rule -> rule.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .toList());
        }
    }

    @Test
    void driftShouldHaveDescribedMembersOnly() throws Exception {
        try (Operators operators = new Operators()) {
            JsonNode report = contract.at("/components/schemas/DriftReport");
            assertMembers(operators.get("/drift"), report);
            operators.enroll("dev-001");
            operators.parts.bridge.runDue();
            operators.parts.peers.loseEverything();
            assertMembers(
                    TestServer.json(operators.post("/drift/check").body()),
                    contract.at("/components/schemas/DriftAsked"));
            operators.parts.bridge.drift().runDue();
            JsonNode found = operators.get("/drift");
            JsonNode repair = TestServer.json(operators.post("/drift/repair").body());

            assertMembers(found, report);
            assertMembers(found.path("systems").path(0), report.at("/properties/systems/items"));
            assertMembers(found.path("types").path(0), report.at("/properties/types/items"));
            assertMembers(found.path("findings").path(0), report.at("/properties/findings/items"));
            JsonNode repaired = contract.at("/components/schemas/DriftRepair");
            assertMembers(repair, repaired);
            assertMembers(repair.path("lanes").path(0), repaired.at("/properties/lanes/items"));
        }
    }

    @Test
    void driftWordsShouldBeThoseDescribed() {
        assertThat(texts(contract.at("/components/schemas/FindingType/enum")))
                .containsExactlyElementsOf(Arrays.stream(FindingType.values())
                        .map(DriftWords::type)
                        .toList());
        assertThat(texts(contract.at("/components/schemas/ComparedSystem/enum")))
                .containsExactlyElementsOf(
                        Arrays.stream(Place.values()).map(DriftWords::place).toList());
        assertThat(texts(contract.at("/components/schemas/DriftRepair/properties/peer_directory/enum")))
                .containsExactlyElementsOf(Arrays.stream(Repair.Directory.values())
                        .map(DriftWords::directory)
                        .toList());
    }

    @Test
    void webhookActivityShouldHaveDescribedMembersOnly() throws Exception {
        try (Operators operators = new Operators()) {
            operators.parts.webhook.unknown("dev-001", "CONNECT_EVENT");
            JsonNode schema = contract.at("/components/schemas/WebhookActivity");
            JsonNode activity = operators.get("/webhook");

            assertMembers(activity, schema);
            assertMembers(activity.path("unknown_devices").path(0), schema.at("/properties/unknown_devices/items"));
        }
    }

    @Test
    void webhookAnswerShouldHaveExactlyTheDescribedMembers() throws Exception {
        try (WebhookSite site = new WebhookSite()) {
            site.enroll("dev-001");
            JsonNode schema = contract.at("/components/schemas/WebhookAnswer");

            for (String body : List.of(WebhookSite.connect("dev-001"), WebhookSite.connect("stranger"), "{")) {
                JsonNode answer = TestServer.json(site.call(body).body());
                assertThat(names(answer))
                        .isEqualTo(texts(schema.path("required")))
                        .isEqualTo(names(schema.path("properties")));
            }
            assertThat(texts(schema.at("/properties/status/enum")))
                    .containsExactlyElementsOf(Arrays.stream(WebhookAnswer.Status.values())
                            .map(DeviceJson::word)
                            .toList());
        }
    }

    private static void assertMembers(JsonNode answer, JsonNode schema) {
        assertThat(names(answer)).containsAll(texts(schema.path("required")));
        assertThat(names(schema.path("properties"))).containsAll(names(answer));
    }

    @Test
    void everyReferenceShouldLeadSomewhere() {
        assertThat(contract.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                contract.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    private static final ServicesConfig SERVICES = new ServicesConfig(
            Optional.of(new HostPort("mqtt.example.com", 8883)),
            Optional.of(new ServicesConfig.Hawkbit(
                    Optional.of(URI.create("https://updates.example.com/hawkbit")), "DEFAULT")));

    private static EnrollmentResult enrolled(Object request) {
        return new EnrollmentResult.Enrolled(
                new DeviceId("dev-001"),
                "leaf",
                "chain",
                "wg",
                TunnelAddress.parse("10.8.0.2").orThrow(),
                Instant.parse("2027-01-01T00:00:00Z"),
                Instant.parse("2026-12-01T00:00:00Z"),
                Optional.of(new Secret("its token")));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.textValue()));
        return texts;
    }

    private static JsonNode read() {
        try (InputStream yaml = HttpServer.class.getResourceAsStream("/openapi.yaml")) {
            return new YAMLMapper().readTree(yaml);
        } catch (IOException e) {
            throw new IllegalStateException("openapi.yaml cannot be read", e);
        }
    }
}
