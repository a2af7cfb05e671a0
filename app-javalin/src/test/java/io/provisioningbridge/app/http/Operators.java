package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.app.receipt.ReceiptVerifier;
import io.provisioningbridge.app.receipt.VerificationKey;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** An operator and a viewer of a bridge with in-memory ports. */
final class Operators implements AutoCloseable {

    static final String OPERATOR = "operator-0123456789";
    static final String VIEWER = "viewer-0123456789";
    static final OperatorTokens TOKENS = new OperatorTokens(new Secret(OPERATOR), new Secret(VIEWER));
    static final ReceiptSigner SIGNER = signer();

    final InMemoryBridge parts;
    final TestServer server;

    Operators() {
        this(Evidence.OBSERVED);
    }

    /** @param evidence how well the tunnel server's peers are known */
    Operators(Evidence evidence) {
        parts = new InMemoryBridge(evidence);
        server = server(parts);
    }

    static TestServer server(InMemoryBridge parts) {
        return new TestServer(new OperatorApi(
                parts.store,
                parts.queue,
                parts.bridge.operations(),
                parts.bridge.drift(),
                SIGNER,
                parts.authority::authorities,
                parts.webhook,
                TOKENS));
    }

    private static ReceiptSigner signer() {
        ServerKey key = ServerKey.generate(new SecureRandom());
        return new ReceiptSigner(key.privateKey(), VerificationKey.of(key.publicKey()));
    }

    void enroll(String id) {
        assertThat(enroll(id, DeviceKey.p256())).isInstanceOf(EnrollmentResult.Enrolled.class);
    }

    EnrollmentResult enroll(String id, DeviceKey key) {
        return parts.bridge.enroll(
                EnrollmentRequest.of(id, CsrBuilder.forDevice(id).key(key).pem())
                        .from("req-1", "192.0.2.7"));
    }

    /** What a viewer is answered. */
    JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = send(VIEWER, server.request(path).GET());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return TestServer.json(response.body());
    }

    HttpResponse<String> tryGet(String path) throws IOException, InterruptedException {
        return send(VIEWER, server.request(path).GET());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(
                OPERATOR,
                server.request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    /** Without a body. */
    HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return send(OPERATOR, server.request(path).POST(BodyPublishers.noBody()));
    }

    HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(OPERATOR, server.request(path).DELETE());
    }

    HttpResponse<String> send(String token, HttpRequest.Builder request) throws IOException, InterruptedException {
        return server.send(request.header("Authorization", "Bearer " + token));
    }

    /** What the receipt of a device says, once it is clear that the bridge signed it. */
    JsonNode receipt(String id) throws IOException, InterruptedException {
        HttpResponse<String> response = tryGet("/devices/" + id + "/receipt");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue(ReceiptSigner.MEDIA_TYPE);
        return verified(response.body());
    }

    static JsonNode verified(String receipt) throws IOException {
        byte[] json = ReceiptVerifier.verify(receipt, SIGNER.verification()).orThrow();
        return TestServer.json(new String(json, StandardCharsets.UTF_8));
    }

    static void assertProblem(HttpResponse<String> response, int status, String code) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(TestServer.json(response.body()).path("code").textValue()).isEqualTo(code);
    }

    @Override
    public void close() {
        server.close();
        parts.close();
    }
}
