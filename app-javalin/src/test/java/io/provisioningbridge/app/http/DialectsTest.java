package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices in the field, with the programs they read answers with. */
class DialectsTest {

    private final InMemoryBridge parts = new InMemoryBridge();
    private TestServer server;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() {
        server = TestServer.of(parts.bridge, parts.authority::authorities);
    }

    @AfterEach
    void stop() {
        server.close();
        parts.close();
    }

    @Test
    void aNamedDeviceShouldGetTheMembersItKnows() throws Exception {
        ObjectNode request = Json.object()
                .put("csr", CsrBuilder.forDevice("dev-001").pem())
                .put("device_name", "Pump")
                .put("device_type", "yocto")
                .put("wg_public_key", parts.tunnel.newKeyPair().publicKey().base64());

        HttpResponse<String> response = server.enroll("dev-001", request.toString());

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode answer = TestServer.json(response.body());
        assertThat(answer.size()).isEqualTo(4);
        assertThat(answer.path("wireguard_ip").textValue()).isEqualTo("10.8.0.2");
        assertThat(answer.path("wireguard_config").textValue()).contains(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER);
        assertThat(Pem.parseCertificates(answer.path("ca_chain").textValue()).orThrow())
                .isEqualTo(parts.authority.authorities());
    }

    @Test
    void aDeviceWithoutWireGuardKeyShouldGetAPairInEitherDialect() throws Exception {
        String named = server.enroll(
                        "dev-001", Json.object().put("csr", csr("dev-001")).toString())
                .body();
        String flat = server.post("/v1/enroll", flat("dev-002").toString()).body();

        assertThat(TestServer.json(named).path("wireguard_config").textValue())
                .contains("PrivateKey = ")
                .doesNotContain(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER);
        assertThat(TestServer.json(flat).path("wireguard_config").textValue())
                .contains("PrivateKey = ")
                .doesNotContain(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER);
    }

    /** A token that a device is never told locks it out of the update server. */
    @Test
    void onlyADeviceThatIsToldATokenShouldGetOne() throws Exception {
        server.enroll("dev-001", Json.object().put("csr_pem", csr("dev-001")).toString());
        server.enroll("dev-002", Json.object().put("csr", csr("dev-002")).toString());
        server.post("/v1/enroll", flat("dev-003").toString());

        assertThat(parts.store.targetToken(new DeviceId("dev-001"))).isPresent();
        assertThat(parts.store.targetToken(new DeviceId("dev-002"))).isEmpty();
        assertThat(parts.store.targetToken(new DeviceId("dev-003"))).isEmpty();
        assertThat(parts.authority.issued()).hasSize(3);
    }

    @Test
    void jqShouldReadTheCertificateOfANamedDevice() throws Exception {
        assumeTrue(isInstalled("jq"), "jq is not installed");
        String body = server.enroll(
                        "dev-001", Json.object().put("csr", csr("dev-001")).toString())
                .body();

        String pem = run(body, "jq", "-r", ".certificate");

        assertThat(Pem.parseCertificates(pem).orThrow()).isEqualTo(parts.authority.issued());
    }

    @Test
    void grepShouldReadTheCertificateOfAFlatAnswer() throws Exception {
        assumeTrue(isInstalled("grep"), "grep is not installed");
        String body = server.post("/v1/enroll", flat("dev-001").toString()).body();

        assertThat(body)
                .startsWith("{\"certificate\":\"-----BEGIN CERTIFICATE-----\\n")
                .doesNotContain("\n", "\\r", "\\\"");
        for (String member : List.of("certificate", "ca_chain", "wireguard_ip", "wireguard_config")) {
            String found = run(body, "grep", "-o", "\"" + member + "\":\"[^\"]*\"");
            String text = found.strip().replaceAll("^[^:]*:\"|\"$", "").replace("\\n", "\n");
            assertThat(text).isEqualTo(TestServer.json(body).path(member).textValue());
        }
    }

    @Test
    void aFlatRequestMayNameAnOrganizationAndATenant() throws Exception {
        ObjectNode request = flat("dev-001")
                .put(
                        "csr",
                        CsrBuilder.forDevice("dev-001")
                                .organization("tenant1")
                                .organizationalUnit("devices")
                                .dnsNames("dev-001")
                                .pem())
                .put("device_type", "freertos")
                .put("tenant_id", "tenant1");

        HttpResponse<String> response = server.post("/v1/enroll", request.toString());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(TestServer.json(response.body()))
                .allSatisfy(member -> assertThat(member.isTextual()).isTrue());
        assertThat(parts.store.find(new io.provisioningbridge.core.domain.DeviceId("dev-001")))
                .isPresent();
    }

    @Test
    void everyDialectShouldGetTheSameCertificateForTheSameKey() throws Exception {
        String csr = csr("dev-001");
        String key = parts.tunnel.newKeyPair().publicKey().base64();
        ObjectNode common = Json.object().put("wg_public_key", key);

        String current = server.enroll(
                        "dev-001", common.deepCopy().put("csr_pem", csr).toString())
                .body();
        String named = server.enroll(
                        "dev-001", common.deepCopy().put("csr", csr).toString())
                .body();
        String flat = server.post(
                        "/v1/enroll",
                        common.deepCopy()
                                .put("csr", csr)
                                .put("device_id", "dev-001")
                                .toString())
                .body();

        String certificate = TestServer.json(current).path("cert").textValue();
        assertThat(TestServer.json(named).path("certificate").textValue()).isEqualTo(certificate);
        assertThat(TestServer.json(flat).path("certificate").textValue()).isEqualTo(certificate);
        assertThat(parts.authority.issued()).hasSize(1);
    }

    @Test
    void errorsShouldBeTheSameProblemDocuments() throws Exception {
        server.enroll("dev-001", Json.object().put("csr", csr("dev-001")).toString());

        assertProblem(server.post("/v1/enroll", flat("dev-001").toString()), 409, "other-key");
        assertProblem(server.post("/v1/enroll", "{\"device_id\":\"dev-001\"}"), 422, "member-missing");
        assertProblem(server.post("/v1/enroll", "{\"csr\":\"x\"}"), 422, "member-missing");
        assertProblem(server.post("/v1/enroll", "{\"csr\":\"x\",\"device_id\":\"..\"}"), 422, "invalid-device-id");
        assertProblem(server.enroll("dev-001", "{\"csr\":1}"), 400, "malformed-body");
        assertProblem(
                server.enroll(
                        "dev-001",
                        Json.object()
                                .put("csr", csr("dev-001"))
                                .put("csr_pem", csr("dev-001"))
                                .toString()),
                400,
                "malformed-body");
    }

    private static ObjectNode flat(String id) {
        return Json.object().put("device_id", id).put("csr", csr(id));
    }

    private static String csr(String id) {
        return CsrBuilder.forDevice(id).pem();
    }

    private String run(String input, String... command) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("answer.json"), input);
        Process process =
                new ProcessBuilder(command).redirectInput(file.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(TestServer.json(response.body()).path("code").textValue()).isEqualTo(code);
    }
}
