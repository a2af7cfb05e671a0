package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way of a device: HTTP, the core, and in-memory ports as strict as the real ones. */
class EnrollmentOverHttpTest {

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00.123456Z"));
    private final FaultPlan faults = new FaultPlan();
    private final InMemoryCertificateAuthority authority =
            new InMemoryCertificateAuthority(clock, faults, Duration.ofDays(90));
    private final InMemoryTunnelConfigWriter tunnel = new InMemoryTunnelConfigWriter();
    private final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/30").orThrow());
    private final ProvisioningBridge bridge = ProvisioningBridge.builder()
            .store(store)
            .workQueue(store.workQueue())
            .authority(authority)
            .csrReader(new SimpleCsrReader())
            .tunnelConfigWriter(tunnel)
            .tunnelPeers(new InMemoryTunnelPeers())
            .clock(clock)
            .build();

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.of(bridge, authority::authorities);
    }

    @AfterEach
    void stop() {
        server.close();
        bridge.close();
    }

    @Test
    void enrollShouldAnswerWithEverythingADeviceSaves() throws Exception {
        HttpResponse<String> response = enroll("dev-001", body(CsrBuilder.forDevice("dev-001")));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode answer = TestServer.json(response.body());
        List<String> members = new ArrayList<>();
        answer.fieldNames().forEachRemaining(members::add);
        assertThat(members)
                .containsExactly("device_id", "cert", "ca_chain", "wg", "wireguard_ip", "not_after", "renew_after");
        assertThat(answer.path("device_id").textValue()).isEqualTo("dev-001");
        assertThat(answer.path("wireguard_ip").textValue()).isEqualTo("10.8.0.2");
        assertThat(answer.path("wg").textValue()).contains("PrivateKey").doesNotContain("REPLACE_WITH");
        assertThat(answer.path("not_after").textValue()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(Instant.parse(answer.path("renew_after").textValue()))
                .isAfter(clock.instant().plus(Duration.ofDays(59)))
                .isBefore(Instant.parse(answer.path("not_after").textValue()));
        X509Certificate leaf = certificates(answer, "cert").get(0);
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=dev-001");
        assertThat(certificates(answer, "ca_chain")).isEqualTo(authority.authorities());
    }

    @Test
    void enrollShouldNotSeeThePrivateKeyOfADeviceThatSendsItsPublicOne() throws Exception {
        ObjectNode body = body(CsrBuilder.forDevice("dev-001"))
                .put("wg_public_key", tunnel.newKeyPair().publicKey().base64());

        JsonNode answer = TestServer.json(enroll("dev-001", body).body());

        assertThat(answer.path("wg").textValue()).contains(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER);
    }

    @Test
    void enrollShouldTakeNullForAnAbsentMemberAndIgnoreUnknownOnes() throws Exception {
        ObjectNode body = body(CsrBuilder.forDevice("dev-001"))
                .put("device_name", "Pump")
                .put("confirm", true)
                .put("no_such_member", 1);
        body.putNull("wg_public_key").putNull("device_type");

        assertThat(enroll("dev-001", body).statusCode()).isEqualTo(200);
        assertThat(store.find(new DeviceId("dev-001")).orElseThrow().labels().name())
                .isEqualTo("Pump");
    }

    @Test
    void enrollShouldNameTheRefusedKeyWhenTheDeviceHasAnother() throws Exception {
        enroll("dev-001", body(CsrBuilder.forDevice("dev-001")));
        CsrBuilder other = CsrBuilder.forDevice("dev-001");

        HttpResponse<String> response = enroll("dev-001", body(other));

        assertProblem(response, 409, "other-key");
        assertThat(TestServer.json(response.body()).path("key_sha256").textValue())
                .isEqualTo(KeyHash.of(other.key().publicKeyInfo()).hex());
    }

    @Test
    void enrollShouldSayWhatIsWrongWithARequest() throws Exception {
        assertProblem(enroll("dev-001", body(CsrBuilder.forDevice("dev-002"))), 422, "csr-subject-mismatch");
        assertProblem(enroll("dev-001", Json.object().put("csr_pem", "x")), 422, "csr-unreadable");
        assertProblem(enroll("dev-001", Json.object().put("csr_pem", "x".repeat(20_000))), 413, "csr-too-large");
        assertProblem(enroll("dev-001", Json.object()), 422, "member-missing");
        assertProblem(enroll("10.8.0.1", body(CsrBuilder.forDevice("x"))), 422, "invalid-device-id");
        assertProblem(enroll("x".repeat(65), body(CsrBuilder.forDevice("x"))), 422, "invalid-device-id");
        assertProblem(enroll("localhost", body(CsrBuilder.forDevice("localhost"))), 422, "reserved-device-id");
        ObjectNode newline = body(CsrBuilder.forDevice("dev-001")).put("wg_public_key", "a".repeat(43) + "\n");
        assertProblem(enroll("dev-001", newline), 422, "invalid-wireguard-key");
        assertThat(authority.issued()).isEmpty();
    }

    @Test
    void enrollShouldAskToComeBackWhenTheAuthorityIsDownOrThePoolIsEmpty() throws Exception {
        faults.breakDown("sign");
        HttpResponse<String> down = enroll("dev-001", body(CsrBuilder.forDevice("dev-001")));
        assertProblem(down, 503, "authority-unavailable");
        assertThat(down.headers().firstValue("Retry-After")).hasValue("5");
        faults.heal("sign");

        assertThat(enroll("dev-001", body(CsrBuilder.forDevice("dev-001"))).statusCode())
                .isEqualTo(200);

        HttpResponse<String> full = enroll("dev-002", body(CsrBuilder.forDevice("dev-002")));
        assertProblem(full, 503, "pool-exhausted");
        assertThat(full.headers().firstValue("Retry-After")).hasValue("300");
    }

    @Test
    void enrollShouldPutTheRequestIdIntoTheAuditTrail() throws Exception {
        server.send(server.enrollment(
                        "dev-001", body(CsrBuilder.forDevice("dev-001")).toString())
                .header("X-Request-Id", "batch-7.device_1"));

        assertThat(store.events(new DeviceId("dev-001")))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.cause()).isEqualTo("batch-7.device_1"));
    }

    private HttpResponse<String> enroll(String id, ObjectNode body) throws IOException, InterruptedException {
        return server.enroll(id, body.toString());
    }

    private static ObjectNode body(CsrBuilder csr) {
        return Json.object().put("csr_pem", csr.pem());
    }

    private static List<X509Certificate> certificates(JsonNode answer, String member) {
        return Pem.parseCertificates(answer.path(member).textValue()).orThrow();
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) throws IOException {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = TestServer.json(response.body());
        assertThat(problem.path("code").textValue()).isEqualTo(code);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("type").textValue()).endsWith(code);
        assertThat(problem.path("title").textValue()).isNotBlank();
        assertThat(problem.path("detail").textValue()).isNotBlank();
        assertThat(problem.path("instance").textValue())
                .isEqualTo(response.request().uri().getRawPath());
    }
}
