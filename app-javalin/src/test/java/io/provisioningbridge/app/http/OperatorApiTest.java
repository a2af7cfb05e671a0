package io.provisioningbridge.app.http;

import static io.provisioningbridge.app.http.Operators.OPERATOR;
import static io.provisioningbridge.app.http.Operators.VIEWER;
import static io.provisioningbridge.app.http.Operators.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorApiTest {

    private final InMemoryBridge parts = new InMemoryBridge();
    private TestServer server;

    @BeforeEach
    void start() {
        server = Operators.server(parts);
    }

    @AfterEach
    void stop() {
        server.close();
        parts.close();
    }

    @ParameterizedTest(name = "[{0}] {1} {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
                                          | GET  | /devices                           | 401
                                          | GET  | /devices/dev-001                   | 401
                                          | GET  | /devices/dev-001/events            | 401
                                          | POST | /devices/dev-001/allow-reenrollment | 401
                                          | GET  | /no/such/path                      | 401
            Bearer wrong-0123456789       | GET  | /devices                           | 401
            Bearer operator-012345678     | GET  | /devices                           | 401
            Bearer                        | GET  | /devices                           | 401
            Basic operator-0123456789     | GET  | /devices                           | 401
            operator-0123456789           | GET  | /devices                           | 401
            Bearer operator-0123456789 x  | GET  | /devices                           | 401
            Bearer viewer-0123456789      | GET  | /devices                           | 200
            Bearer viewer-0123456789      | GET  | /devices/dev-001                   | 200
            Bearer viewer-0123456789      | GET  | /devices/dev-001/events            | 200
            Bearer viewer-0123456789      | POST | /devices/dev-001/allow-reenrollment | 403
            Bearer viewer-0123456789      | GET  | /no/such/path                      | 404
                                          | DELETE | /devices/dev-001                 | 401
                                          | GET  | /devices/dev-001/receipt           | 401
                                          | GET  | /lanes                             | 401
            Bearer viewer-0123456789      | GET  | /devices/dev-001/explanation       | 200
            Bearer viewer-0123456789      | GET  | /lanes                             | 200
            Bearer viewer-0123456789      | DELETE | /devices/dev-001                 | 403
            Bearer viewer-0123456789      | POST | /devices/dev-001/suspend           | 403
            Bearer viewer-0123456789      | POST | /devices/dev-001/resume            | 403
            Bearer viewer-0123456789      | POST | /devices/dev-001/readmit           | 403
            Bearer viewer-0123456789      | POST | /lanes/retry                       | 403
            bearer operator-0123456789    | GET  | /devices                           | 200
            Bearer operator-0123456789    | POST | /devices/dev-001/allow-reenrollment | 200
            """)
    void everyCallShouldNeedATokenThatAllowsIt(String authorization, String method, String path, int status)
            throws Exception {
        enroll("dev-001");
        HttpRequest.Builder request = server.request(path)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        method.equals("GET")
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString("{\"key_sha256\":\"" + "ab".repeat(32) + "\"}"));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }

        HttpResponse<String> response = server.send(request);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("WWW-Authenticate").orElse(""))
                .startsWith(status == 401 || status == 403 ? "Bearer realm=\"provisioning-bridge\"" : "")
                .satisfies(challenge -> assertThat(challenge.isEmpty()).isEqualTo(status != 401 && status != 403));
        assertThat(response.body()).doesNotContain("0123456789");
    }

    @Test
    void listShouldGoThroughAllDevicesPageByPage() throws Exception {
        for (int i = 0; i < 7; i++) {
            enroll("Dev-00" + i);
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = get("/devices?limit=3" + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            page.path("devices")
                    .forEach(device -> seen.add(device.path("device_id").textValue()));
            assertThat(page.path("devices").size()).isLessThanOrEqualTo(3);
            cursor = page.path("next_cursor").asText("");
            pages++;
            enroll("dev-00" + "-late-" + pages);
        } while (!cursor.isEmpty());

        assertThat(pages).isEqualTo(3);
        assertThat(seen).doesNotHaveDuplicates().contains("Dev-000", "Dev-003", "Dev-006");
    }

    @Test
    void listShouldFilterByStateAndId() throws Exception {
        enroll("pump-001");
        enroll("valve-001");

        assertThat(get("/devices?q=PUMP").findValuesAsText("device_id")).containsExactly("pump-001");
        assertThat(get("/devices?q=_").findValuesAsText("device_id")).isEmpty();
        assertThat(get("/devices?state=enrolled").findValuesAsText("device_id"))
                .containsExactly("pump-001", "valve-001");
        assertThat(get("/devices?state=suspended,decommissioned").path("devices"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "limit=ten",
                "limit=-1",
                "state=lost",
                "state=ENROLLED",
                "state=enrolled,",
                "q=%25",
                "cursor=%21",
                "cursor=YSBi",
                "stat=enrolled",
                "limit=1&limit=2"
            })
    void aWrongParameterShouldNotBeIgnored(String query) throws Exception {
        assertProblem(send(OPERATOR, server.request("/devices?" + query).GET()), 400, "invalid-parameter");
    }

    @Test
    void showShouldTellEverythingButSecretsInAnySpelling() throws Exception {
        DeviceKey key = DeviceKey.p256();
        enroll("dev-001", key);
        DeviceKey stranger = DeviceKey.p256();
        assertThat(enroll("dev-001", stranger)).isInstanceOf(EnrollmentResult.Refused.class);

        JsonNode device = get("/devices/DEV-001");

        assertThat(device.path("device_id").textValue()).isEqualTo("dev-001");
        assertThat(device.path("state").textValue()).isEqualTo("enrolled");
        assertThat(device.path("wireguard_ip").textValue()).isEqualTo("10.8.0.2");
        assertThat(device.path("wg_key_made_by").textValue()).isEqualTo("bridge");
        JsonNode certificate = device.path("certificates").path(0);
        assertThat(new java.math.BigInteger(certificate.path("serial").textValue(), 16))
                .isEqualTo(parts.authority.issued().get(0).getSerialNumber());
        assertThat(certificate.path("serial").textValue()).matches("([0-9A-F]{2})+");
        assertThat(certificate.path("standing").textValue()).isEqualTo("issued");
        assertThat(certificate.path("revocation").textValue()).isEqualTo("none");
        assertThat(certificate.path("key_sha256").textValue()).isEqualTo(hash(key));
        assertThat(certificate.path("not_after").textValue()).endsWith("Z");
        JsonNode attempt = device.path("attempts").path(0);
        assertThat(attempt.path("key_sha256").textValue()).isEqualTo(hash(stranger));
        assertThat(attempt.path("at").textValue()).isEqualTo("2026-11-23T10:00:00Z");
        assertThat(attempt.path("source").textValue()).isEqualTo("192.0.2.7");
        assertThat(device.toString()).doesNotContain("PRIVATE", "PrivateKey", "BEGIN");
    }

    @Test
    void eventsShouldTellWhatWasDoneAndWhy() throws Exception {
        enroll("dev-001");

        JsonNode events = get("/devices/dev-001/events").path("events");

        assertThat(events.findValuesAsText("action")).containsExactly("issuance_started", "device_enrolled");
        assertThat(events.findValuesAsText("cause")).containsOnly("req-1");
    }

    @Test
    void anAllowedKeyShouldEnrollOnceAndTheAuditTrailSayWhoAllowedIt() throws Exception {
        enroll("dev-001");
        DeviceKey key = DeviceKey.p256();
        assertThat(enroll("dev-001", key)).isInstanceOf(EnrollmentResult.Refused.class);

        HttpResponse<String> allowed = allow("DEV-001", hash(key).toUpperCase(Locale.ROOT));

        assertThat(allowed.statusCode()).as(allowed.body()).isEqualTo(200);
        assertThat(TestServer.json(allowed.body()).path("expires").textValue()).isEqualTo("2026-11-30T10:00:00Z");
        assertThat(parts.store.events(new DeviceId("dev-001")))
                .filteredOn(event -> event.action() == Action.REENROLLMENT_ALLOWED)
                .singleElement()
                .satisfies(event -> assertThat(event.cause()).startsWith("operator, request "));
        assertThat(enroll("dev-001", key)).isInstanceOf(EnrollmentResult.Enrolled.class);
        assertThat(enroll("dev-001", DeviceKey.p256())).isInstanceOf(EnrollmentResult.Refused.class);
    }

    @Test
    void allowShouldRefuseWhatIsNotExactlyAKeyOfADevice() throws Exception {
        enroll("dev-001");
        String hash = "ab".repeat(32);

        assertProblem(allow("dev-002", hash), 404, "unknown-device");
        assertProblem(allow("dev..2", hash), 422, "invalid-device-id");
        assertProblem(allow("dev-001", "abc"), 422, "invalid-key-hash");
        assertProblem(post("dev-001", "{}"), 422, "member-missing");
        assertProblem(post("dev-001", "{\"key_sha256\":7}"), 400, "malformed-body");
        assertProblem(
                post("dev-001", "{\"key_sha256\":\"" + hash + "\",\"expires\":\"never\"}"), 400, "malformed-body");
    }

    @Test
    void nobodyShouldBeKnownWhoDidNotEnroll() throws Exception {
        assertProblem(send(VIEWER, server.request("/devices/dev-001").GET()), 404, "unknown-device");
        assertProblem(send(VIEWER, server.request("/devices/dev-001/events").GET()), 404, "unknown-device");
        assertProblem(send(VIEWER, server.request("/devices/10.0.0.1").GET()), 422, "invalid-device-id");
    }

    private void enroll(String id) {
        assertThat(enroll(id, DeviceKey.p256())).isInstanceOf(EnrollmentResult.Enrolled.class);
    }

    private EnrollmentResult enroll(String id, DeviceKey key) {
        return parts.bridge.enroll(
                EnrollmentRequest.of(id, CsrBuilder.forDevice(id).key(key).pem())
                        .from("req-1", "192.0.2.7"));
    }

    private static String hash(DeviceKey key) {
        return KeyHash.of(key.publicKeyInfo()).hex();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = send(VIEWER, server.request(path).GET());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return TestServer.json(response.body());
    }

    private HttpResponse<String> allow(String id, String hash) throws IOException, InterruptedException {
        return post(id, Json.object().put("key_sha256", hash).toString());
    }

    private HttpResponse<String> post(String id, String json) throws IOException, InterruptedException {
        return send(
                OPERATOR,
                server.request("/devices/" + id + "/allow-reenrollment")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    private HttpResponse<String> send(String token, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return server.send(request.header("Authorization", "Bearer " + token));
    }
}
