package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.RefusalReason;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A backend that hangs, and as many devices as may wait for it. */
class OverloadTest {

    private static final int PLACES = HttpSettings.Limits.DEFAULT.concurrentCalls();
    private static final String BODY = "{\"csr_pem\":\"\"}";

    private final CountDownLatch waiting = new CountDownLatch(PLACES);
    private final CountDownLatch backend = new CountDownLatch(1);

    @Test
    void hangingBackendShouldNotTakeTheListenerWithIt() throws Exception {
        try (TestServer server = TestServer.of(TestServer.loopback(), request -> hang(), this::authoritiesHang)) {
            List<CompletableFuture<HttpResponse<String>>> devices = new ArrayList<>();
            for (int i = 0; i < PLACES; i++) {
                devices.add(server.client()
                        .sendAsync(server.enrollment("dev-" + i, BODY).build(), BodyHandlers.ofString()));
            }
            assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
            assertBusy(server.enroll("one-more", BODY));
            assertBusy(server.get("/pki/roots"));
            assertThat(server.enroll("one-more", "[]").statusCode())
                    .as("what needs no backend")
                    .isEqualTo(400);

            backend.countDown();
            for (CompletableFuture<HttpResponse<String>> device : devices) {
                assertThat(device.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(422);
            }
            assertThat(server.enroll("one-more", BODY).statusCode())
                    .as("there is room again")
                    .isEqualTo(422);
        }
    }

    private EnrollmentResult hang() {
        waiting.countDown();
        try {
            backend.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new EnrollmentResult.Refused(RefusalReason.CSR_UNREADABLE, "no", Optional.empty());
    }

    private List<java.security.cert.X509Certificate> authoritiesHang() {
        throw new AssertionError("no place is left to ask");
    }

    private static void assertBusy(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(TestServer.json(response.body()).path("code").textValue()).isEqualTo("busy");
    }
}
