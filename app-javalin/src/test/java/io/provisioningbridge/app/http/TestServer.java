package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.bouncycastle.BouncyCastleSignedRequestReader;
import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.app.tls.ServerTls;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** A real server on the loopback interface over plain HTTP, and a client of it. */
final class TestServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final ServicesConfig NO_SERVICES = new ServicesConfig(Optional.empty(), Optional.empty());

    /** Nobody knows its secret. */
    static final WebhookApi NO_WEBHOOK = new WebhookApi(
            new WebhookSecrets(List.of(new Secret("nobody-knows-it-0123456789"))),
            (device, cause) -> {
                throw new AssertionError("nobody calls the webhook here");
            },
            device -> Optional.empty(),
            device -> {},
            new WebhookActivity(InstantSource.system()));

    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    TestServer(HttpSettings settings, DeviceApi api) {
        this.server = HttpServer.start(settings, ServerTls.off(), api);
    }

    /** Serves this use case, with nothing to check and no authority. */
    static TestServer of(Function<EnrollmentRequest, EnrollmentResult> enroll) {
        return of(loopback(), enroll, List::of);
    }

    static TestServer of(
            HttpSettings settings,
            Function<EnrollmentRequest, EnrollmentResult> enroll,
            Supplier<List<X509Certificate>> authorities) {
        return of(settings, enroll, authorities, NO_SERVICES);
    }

    /** Serves this use case, and tells whoever enrolled of these services. */
    static TestServer of(Function<EnrollmentRequest, EnrollmentResult> enroll, ServicesConfig services) {
        return of(loopback(), enroll, List::of, services);
    }

    private static TestServer of(
            HttpSettings settings,
            Function<EnrollmentRequest, EnrollmentResult> enroll,
            Supplier<List<X509Certificate>> authorities,
            ServicesConfig services) {
        Readiness readiness = new Readiness(List.of(), InstantSource.system());
        readiness.runDue();
        return new TestServer(
                settings,
                new DeviceApi(
                        enroll,
                        confirmation -> new ConfirmationResult.Confirmed(),
                        new BouncyCastleSignedRequestReader(),
                        authorities,
                        services,
                        NO_WEBHOOK,
                        readiness));
    }

    /** Serves all of a bridge's use cases for devices. */
    static TestServer of(ProvisioningBridge bridge, Supplier<List<X509Certificate>> authorities) {
        Readiness readiness = new Readiness(List.of(), InstantSource.system());
        readiness.runDue();
        return new TestServer(
                loopback(),
                new DeviceApi(
                        bridge::enroll,
                        bridge::confirm,
                        new BouncyCastleSignedRequestReader(),
                        authorities,
                        NO_SERVICES,
                        NO_WEBHOOK,
                        readiness));
    }

    /** Serves this webhook, and enrollments by this use case. */
    static TestServer of(WebhookApi webhook, Function<EnrollmentRequest, EnrollmentResult> enroll) {
        Readiness readiness = new Readiness(List.of(), InstantSource.system());
        readiness.runDue();
        return new TestServer(
                loopback(),
                new DeviceApi(
                        enroll,
                        confirmation -> new ConfirmationResult.Confirmed(),
                        new BouncyCastleSignedRequestReader(),
                        List::of,
                        NO_SERVICES,
                        webhook,
                        readiness));
    }

    /** Serves operators. */
    TestServer(OperatorApi api) {
        this.server = HttpServer.start(loopback(), ServerTls.off(), api);
    }

    static HttpSettings loopback() {
        return HttpSettings.of("127.0.0.1", 0);
    }

    java.util.Set<String> routes() {
        return server.routes();
    }

    int port() {
        return server.port();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    HttpResponse<String> enroll(String id, String json) throws IOException, InterruptedException {
        return send(enrollment(id, json));
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    HttpRequest.Builder enrollment(String id, String json) {
        return request("/devices/" + id + "/enroll")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(PATIENCE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpClient client() {
        return client;
    }

    static JsonNode json(String body) throws IOException {
        return Json.read(body);
    }

    @Override
    public void close() {
        server.close();
    }
}
