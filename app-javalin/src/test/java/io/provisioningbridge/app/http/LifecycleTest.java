package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.javalin.util.JavalinBindException;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.RefusalReason;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LifecycleTest {

    private static final String BODY = "{\"csr_pem\":\"\"}";

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch backend = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Test
    void closeShouldLetRequestsUnderWayFinishAndAcceptNoOthers() throws Exception {
        TestServer server = server(Duration.ofSeconds(60));
        CompletableFuture<HttpResponse<String>> device = enroll(server);
        reached.await();

        CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close, task -> new Thread(task).start());
        awaitRefusedConnection(server.port());
        assertThat(closed).isNotDone();
        backend.countDown();

        assertThat(device.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(422);
        closed.get(60, TimeUnit.SECONDS);
    }

    @Test
    void closeShouldCutOffWhatTakesTooLong() throws Exception {
        TestServer server = server(Duration.ofMillis(200));
        CompletableFuture<HttpResponse<String>> device = enroll(server);
        reached.await();

        server.close();

        assertThat(interrupted.await(60, TimeUnit.SECONDS))
                .as("the backend call is told")
                .isTrue();
        assertThatThrownBy(() -> device.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void startShouldSayThatTheAddressIsTaken() {
        try (TestServer server = server(Duration.ofSeconds(1))) {
            assertThatThrownBy(() ->
                            TestServer.of(HttpSettings.of("127.0.0.1", server.port()), request -> hang(), List::of))
                    .isInstanceOf(JavalinBindException.class)
                    .hasMessageContaining(String.valueOf(server.port()));
        }
    }

    @Test
    void closeShouldBeHarmlessWhenRepeated() {
        TestServer server = server(Duration.ofSeconds(1));

        server.close();
        server.close();
    }

    private TestServer server(Duration stop) {
        HttpSettings.Limits limits = new HttpSettings.Limits(4, Duration.ofSeconds(30), Duration.ofSeconds(30), stop);
        return TestServer.of(TestServer.loopback().withLimits(limits), request -> hang(), List::of);
    }

    private EnrollmentResult hang() {
        reached.countDown();
        try {
            backend.await();
        } catch (InterruptedException e) {
            interrupted.countDown();
            Thread.currentThread().interrupt();
        }
        return new EnrollmentResult.Refused(RefusalReason.CSR_UNREADABLE, "no", Optional.empty());
    }

    private static CompletableFuture<HttpResponse<String>> enroll(TestServer server) {
        return server.client().sendAsync(server.enrollment("dev-001", BODY).build(), BodyHandlers.ofString());
    }

    private static void awaitRefusedConnection(int port) throws IOException {
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); System.nanoTime() < end; ) {
            try {
                new RawHttp(port).close();
            } catch (SocketException refusedOrReset) {
                return;
            }
        }
        throw new AssertionError("connections are still accepted");
    }
}
