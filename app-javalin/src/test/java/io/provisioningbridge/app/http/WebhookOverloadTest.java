package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.RefusalReason;
import io.provisioningbridge.core.postconnect.ConnectionResult;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Devices and the platform come to one listener, and neither takes the other's place. */
class WebhookOverloadTest {

    private static final String SECRET = "webhook-0123456789";
    private static final String ENROLLMENT = "{\"csr_pem\":\"\"}";
    private static final String HANGS = "hangs";

    private final CountDownLatch backend = new CountDownLatch(1);
    private CountDownLatch waiting = new CountDownLatch(0);

    @Test
    void hangingEnrollmentsShouldNotKeepThePlatformWaiting() throws Exception {
        try (TestServer server = server()) {
            List<CompletableFuture<HttpResponse<String>>> devices = fill(
                    server,
                    HttpSettings.Limits.DEFAULT.concurrentCalls(),
                    server.enrollment(HANGS, ENROLLMENT).build());

            assertThat(server.enroll("dev-001", ENROLLMENT).statusCode()).isEqualTo(503);
            assertThat(server.send(webhook(server, "dev-001")).statusCode()).isEqualTo(200);

            assertAllEnd(devices, 422);
        }
    }

    @Test
    void hangingWebhooksShouldNotKeepDevicesWaiting() throws Exception {
        try (TestServer server = server()) {
            List<CompletableFuture<HttpResponse<String>>> calls = fill(
                    server, HttpServer.WEBHOOK_CALLS, webhook(server, HANGS).build());

            HttpResponse<String> oneMore = server.send(webhook(server, "dev-001"));
            Operators.assertProblem(oneMore, 503, "busy");
            assertThat(oneMore.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(server.enroll("dev-001", ENROLLMENT).statusCode()).isEqualTo(422);
            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);

            assertAllEnd(calls, 200);
        }
    }

    private TestServer server() {
        WebhookApi webhook = new WebhookApi(
                new WebhookSecrets(List.of(new Secret(SECRET))),
                (device, cause) -> {
                    hangIfAsked(device.text());
                    return new ConnectionResult.Ignored("nobody");
                },
                device -> Optional.empty(),
                device -> {},
                new WebhookActivity(InstantSource.system()));
        return TestServer.of(webhook, request -> {
            hangIfAsked(request.deviceId());
            return new EnrollmentResult.Refused(RefusalReason.CSR_UNREADABLE, "no", Optional.empty());
        });
    }

    private List<CompletableFuture<HttpResponse<String>>> fill(TestServer server, int places, HttpRequest request)
            throws InterruptedException {
        waiting = new CountDownLatch(places);
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            all.add(server.client().sendAsync(request, BodyHandlers.ofString()));
        }
        assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
        return all;
    }

    private void assertAllEnd(List<CompletableFuture<HttpResponse<String>>> all, int status) throws Exception {
        backend.countDown();
        for (CompletableFuture<HttpResponse<String>> each : all) {
            assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(status);
        }
    }

    private static HttpRequest.Builder webhook(TestServer server, String device) {
        return server.request(WebhookRoute.PATH)
                .header(WebhookRoute.SECRET, SECRET)
                .POST(BodyPublishers.ofString(WebhookSite.connect(device)));
    }

    private void hangIfAsked(String device) {
        if (!device.equals(HANGS)) {
            return;
        }
        waiting.countDown();
        try {
            backend.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
