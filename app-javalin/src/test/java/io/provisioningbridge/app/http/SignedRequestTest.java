package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SignedRequestBuilder;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How devices prove themselves with an old key, and what others try. */
class SignedRequestTest {

    private static final DeviceId ID = new DeviceId("dev-001");

    private final InMemoryBridge parts = new InMemoryBridge();
    private TestServer server;

    /** A key and the certificate the bridge gave for it. */
    private record Identity(DeviceKey key, X509Certificate certificate) {

        String serial() {
            return certificate.getSerialNumber().toString(16);
        }
    }

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
    void aNewKeyShouldBeTakenWhenTheOldOneSigned() throws Exception {
        Identity old = enrolled("dev-001");
        DeviceKey key = DeviceKey.p256();

        HttpResponse<String> response = sign("dev-001", request("dev-001", key), old);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = TestServer.json(response.body());
        assertThat(certificate(answer).getPublicKey()).isEqualTo(key.pair().getPublic());
        assertThat(answer.path("wireguard_ip").textValue()).isEqualTo("10.8.0.2");
    }

    @Test
    void aDeviceThatWasOffForYearsShouldProveItselfWithItsExpiredCertificate() throws Exception {
        Identity old = enrolled("dev-001");
        parts.clock.tick(Duration.ofDays(800));

        assertThat(sign("dev-001", request("dev-001", DeviceKey.p256()), old).statusCode())
                .isEqualTo(200);
    }

    @Test
    void confirmShouldMakeTheNewCertificateTheCurrentOneAndTheOldOneBeRevoked() throws Exception {
        Identity old = enrolled("dev-001");
        DeviceKey key = DeviceKey.p256();
        String peer = parts.tunnel.newKeyPair().publicKey().base64();
        ObjectNode request = request("dev-001", key).put("confirm", true).put("wg_public_key", peer);
        Identity fresh = new Identity(
                key, certificate(TestServer.json(sign("dev-001", request, old).body())));
        parts.bridge.runDue();
        assertThat(parts.authority.revoked()).isEmpty();
        assertThat(peerOf(ID)).isNotEqualTo(peer);

        HttpResponse<String> confirmed = confirm("dev-001", fresh.serial(), fresh);

        assertThat(confirmed.statusCode()).as(confirmed.body()).isEqualTo(200);
        assertThat(confirmed.body())
                .isEqualTo(
                        "{\"status\":\"confirmed\",\"device_id\":\"dev-001\",\"serial\":\"" + fresh.serial() + "\"}");
        assertThat(peerOf(ID)).isEqualTo(peer);
        assertThat(standing(fresh)).isEqualTo(Standing.CURRENT);
        parts.bridge.runDue();
        assertThat(parts.authority.revoked()).containsExactly(old.certificate().getSerialNumber());
        assertThat(confirm("dev-001", fresh.serial().toUpperCase(java.util.Locale.ROOT), fresh)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void confirmShouldBeRefusedToWhoeverHasNotThatCertificate() throws Exception {
        Identity device = enrolled("dev-001");
        Identity other = enrolled("dev-002");

        assertProblem(confirm("dev-001", device.serial(), other), 403, "wrong-signer");
        assertProblem(confirm("dev-001", other.serial(), other), 409, "unknown-certificate");
        assertProblem(confirm("dev-003", device.serial(), device), 409, "unknown-certificate");
        assertProblem(confirm("dev-001", "0x1g", device), 422, "invalid-serial");
        assertProblem(confirm("dev 001", device.serial(), device), 422, "invalid-device-id");
        assertProblem(post("/devices/dev-001/confirm", signed(Json.object(), device)), 422, "member-missing");
        assertProblem(
                server.post("/devices/dev-001/confirm", "{\"serial\":\"" + device.serial() + "\"}"),
                415,
                "unsupported-media-type");
        assertThat(standing(device)).isEqualTo(Standing.ISSUED);
    }

    @Test
    void anotherDevicesCertificateShouldProveNothing() throws Exception {
        enrolled("dev-001");
        Identity other = enrolled("dev-002");
        DeviceKey key = DeviceKey.p256();

        HttpResponse<String> response = sign("dev-001", request("dev-001", key), other);

        assertProblem(response, 409, "other-key");
        assertThat(TestServer.json(response.body()).path("key_sha256").textValue())
                .isEqualTo(KeyHash.of(key.publicKeyInfo()).hex());
        assertThat(parts.store.attempts(ID)).singleElement().satisfies(attempt -> {
            assertThat(attempt.key()).isEqualTo(KeyHash.of(key.publicKeyInfo()));
            assertThat(attempt.source()).isEqualTo("127.0.0.1");
        });
    }

    @Test
    void aStrangersCertificateInTheDevicesNameShouldProveNothing() throws Exception {
        enrolled("dev-001");
        byte[] cms = SignedRequestBuilder.of(bytes(request("dev-001", DeviceKey.p256())))
                .signer(DeviceKey.p256())
                .cms();

        assertProblem(post("/devices/dev-001/enroll", cms), 409, "other-key");
    }

    @Test
    void anotherTenantsCertificateUnderTheSameRootShouldProveNothing() throws Exception {
        enrolled("dev-001");
        DeviceKey key = DeviceKey.p256();
        Identity tenants = new Identity(key, parts.authority.siblingsCertificate(key, "dev-001"));

        assertProblem(sign("dev-001", request("dev-001", DeviceKey.p256()), tenants), 409, "other-key");
        assertThat(parts.store.certificates(ID)).hasSize(1);
    }

    @Test
    void aRevokedCertificateShouldProveNothing() throws Exception {
        Identity device = enrolled("dev-001");
        parts.store.commit(new Change.Revoked(
                parts.store.certificates(ID).get(0),
                new AuditEvent(parts.clock.instant(), ID.key(), AuditEvent.Action.CERTIFICATE_REVOKED, "test", "")));

        assertProblem(sign("dev-001", request("dev-001", DeviceKey.p256()), device), 409, "other-key");
        assertProblem(sign("dev-001", request("dev-001", device.key()), device), 409, "certificate-revoked");
        assertThat(parts.store.certificates(ID)).hasSize(1);
    }

    @Test
    void aTamperedRequestShouldBeRefusedWhoeverSignedIt() throws Exception {
        Identity device = enrolled("dev-001");
        ObjectNode right = request("dev-001", DeviceKey.p256());
        ObjectNode wrong = right.deepCopy()
                .put("wg_public_key", parts.tunnel.newKeyPair().publicKey().base64());
        byte[] tampered = SignedRequestBuilder.of(bytes(right))
                .signer(device.key(), device.certificate())
                .replacedContent(bytes(wrong))
                .cms();

        assertProblem(post("/devices/dev-001/enroll", tampered), 403, "wrong-signature");
        assertProblem(post("/devices/dev-009/enroll", tampered), 403, "wrong-signature");
        assertThat(parts.store.certificates(ID)).hasSize(1);
    }

    @Test
    void brokenMessagesShouldBeRefused() throws Exception {
        Identity device = enrolled("dev-001");
        byte[] cms = signed(request("dev-001", DeviceKey.p256()), device);

        assertProblem(
                post("/devices/dev-001/enroll", java.util.Arrays.copyOf(cms, cms.length - 1)),
                400,
                "malformed-signed-request");
        assertProblem(
                post("/devices/dev-001/enroll", bytes(request("dev-001", DeviceKey.p256()))),
                400,
                "malformed-signed-request");
        assertProblem(
                post(
                        "/devices/dev-001/enroll",
                        SignedRequestBuilder.of("not JSON".getBytes(StandardCharsets.UTF_8))
                                .signer(device.key(), device.certificate())
                                .cms()),
                400,
                "malformed-body");
    }

    @Test
    void aSignedRequestOfAStrangerShouldCountAsUnsigned() throws Exception {
        DeviceKey key = DeviceKey.p256();
        byte[] cms = SignedRequestBuilder.of(bytes(request("dev-001", key)))
                .signer(DeviceKey.p256())
                .cms();

        assertThat(post("/devices/dev-001/enroll", cms).statusCode()).isEqualTo(200);
    }

    @Test
    void anOldSignedRequestShouldNotBringASupersededKeyBack() throws Exception {
        Identity first = enrolled("dev-001");
        DeviceKey second = DeviceKey.p256();
        byte[] captured = signed(request("dev-001", second), first);
        Identity atSecond = new Identity(
                second,
                certificate(TestServer.json(
                        post("/devices/dev-001/enroll", captured).body())));
        confirm("dev-001", atSecond.serial(), atSecond);
        DeviceKey third = DeviceKey.p256();
        Identity atThird = new Identity(
                third,
                certificate(TestServer.json(
                        sign("dev-001", request("dev-001", third), atSecond).body())));
        confirm("dev-001", atThird.serial(), atThird);

        assertProblem(post("/devices/dev-001/enroll", captured), 409, "certificate-revoked");
        assertProblem(sign("dev-001", request("dev-001", DeviceKey.p256()), first), 409, "other-key");
        assertThat(standing(atThird)).isEqualTo(Standing.CURRENT);
    }

    @Test
    void aCapturedRequestShouldNotBeGoodForAnotherWireGuardKeyOrDevice() throws Exception {
        DeviceKey key = DeviceKey.p256();
        ObjectNode request = request("dev-001", key)
                .put("wg_public_key", parts.tunnel.newKeyPair().publicKey().base64());
        assertThat(server.enroll("dev-001", request.toString()).statusCode()).isEqualTo(200);
        ObjectNode altered = request.deepCopy()
                .put("wg_public_key", parts.tunnel.newKeyPair().publicKey().base64());

        assertProblem(server.enroll("dev-001", altered.toString()), 409, "other-wireguard-key");
        assertProblem(server.enroll("dev-002", request.toString()), 422, "csr-subject-mismatch");
        assertProblem(
                server.enroll("DEV-001", request("DEV-001", DeviceKey.p256()).toString()), 409, "other-spelling");
    }

    @Test
    void aRequestShouldSayTrulyWhetherItConfirms() throws Exception {
        ObjectNode request = request("dev-001", DeviceKey.p256()).put("confirm", "yes");

        assertProblem(server.enroll("dev-001", request.toString()), 400, "malformed-body");
    }

    private Identity enrolled(String id) throws IOException, InterruptedException {
        DeviceKey key = DeviceKey.p256();
        HttpResponse<String> response = server.enroll(id, request(id, key).toString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new Identity(key, certificate(TestServer.json(response.body())));
    }

    private HttpResponse<String> sign(String id, ObjectNode request, Identity signer)
            throws IOException, InterruptedException {
        return post("/devices/" + id + "/enroll", signed(request, signer));
    }

    private HttpResponse<String> confirm(String id, String serial, Identity signer)
            throws IOException, InterruptedException {
        return post(
                "/devices/" + id.replace(" ", "%20") + "/confirm",
                signed(Json.object().put("serial", serial), signer));
    }

    private HttpResponse<String> post(String path, byte[] cms) throws IOException, InterruptedException {
        return server.send(server.request(path)
                .header("Content-Type", "application/pkcs7-mime; smime-type=signed-data")
                .POST(BodyPublishers.ofByteArray(cms)));
    }

    private static byte[] signed(ObjectNode request, Identity signer) {
        return SignedRequestBuilder.of(bytes(request))
                .signer(signer.key(), signer.certificate())
                .cms();
    }

    private static ObjectNode request(String id, DeviceKey key) {
        return Json.object().put("csr_pem", CsrBuilder.forDevice(id).key(key).pem());
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static X509Certificate certificate(JsonNode answer) {
        return Pem.parseCertificates(answer.path("cert").asText()).orThrow().get(0);
    }

    private String peerOf(DeviceId id) {
        return parts.store.find(id).orElseThrow().peer().key().base64();
    }

    private Standing standing(Identity identity) {
        return parts.store.certificates(ID).stream()
                .filter(stored -> stored.serial().equals(identity.certificate().getSerialNumber()))
                .findFirst()
                .orElseThrow()
                .standing();
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(TestServer.json(response.body()).path("code").textValue()).isEqualTo(code);
    }
}
