package io.provisioningbridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeTest {

    private static final int LIMIT = 100_000;
    private static final String BEGINNING = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{";

    private final Exchange exchange =
            new Exchange(Exchange.client(Duration.ofSeconds(60)).build(), LIMIT);

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 404, 503})
    void answerShouldArriveWithItsStatus(int status) throws Exception {
        String body = status == 204 ? "" : "{\"a\":1}";
        try (LocalServer server = LocalServer.answering(status, body)) {
            Reply reply = exchange.send(server.request(), aMinute());

            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.text()).isEqualTo(body);
            assertThat(reply.headers().firstValue("date")).isPresent();
        }
    }

    @Test
    void clientShouldWorkOnVirtualThreadsWhereJavaHasThem() throws Exception {
        HttpClient client = Exchange.client(Duration.ofSeconds(60)).build();
        try (LocalServer server = LocalServer.answering(200, "{}")) {
            String worker = client.send(
                            server.request(),
                            head -> BodySubscribers.replacing(
                                    Thread.currentThread().toString()))
                    .body();

            assertThat(worker).startsWith(Runtime.version().feature() >= 21 ? "VirtualThread" : "Thread[HttpClient");
        }
    }

    @Test
    void redirectShouldNotBeFollowed() throws Exception {
        try (LocalServer server = new LocalServer(http -> {
            http.getResponseHeaders().set("Location", "/elsewhere");
            LocalServer.answer(http, 307, "");
        })) {
            assertThat(exchange.send(server.request(), aMinute()).status()).isEqualTo(307);
        }
    }

    @Test
    void largestBodyShouldBeReadAndALargerOneNot() throws Exception {
        try (LocalServer largest = LocalServer.answering(200, "x".repeat(LIMIT));
                LocalServer larger = LocalServer.answering(200, "x".repeat(LIMIT + 1))) {
            assertThat(exchange.send(largest.request(), aMinute()).text()).hasSize(LIMIT);

            assertThatThrownBy(() -> exchange.send(larger.request(), aMinute()))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(Exchange.TooLarge.class)
                    .hasMessage("the answer is larger than 100000 bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", BEGINNING})
    void deadlineShouldEndTheExchange(String words) throws Exception {
        try (StallingServer server = new StallingServer(words)) {
            assertThatThrownBy(() -> exchange.send(server.request(), Deadline.in(Duration.ofSeconds(1))))
                    .isInstanceOf(TimeoutException.class);
            server.awaitLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", BEGINNING})
    void interruptionShouldEndTheExchange(String words) throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        try (StallingServer server = new StallingServer(words)) {
            Thread caller =
                    new Thread(() -> thrown.complete(catchThrowable(() -> exchange.send(server.request(), aMinute()))));
            caller.start();
            server.awaitAsked();

            caller.interrupt();

            assertThat(thrown.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            server.awaitLeft();
        }
    }

    @Test
    void deadlineThatHasPassedShouldNotBeWaitedFor() throws Exception {
        try (StallingServer server = new StallingServer("")) {
            assertThatThrownBy(() -> exchange.send(server.request(), Deadline.in(Duration.ofSeconds(-1))))
                    .isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void portThatNobodyListensAtShouldBeAFailureToConnect() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build();

        assertThatThrownBy(() -> exchange.send(request, aMinute()))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answerThatBreaksOffShouldBeAFailureToRead(boolean begun) {
        try (LocalServer server = new LocalServer(http -> {
            if (begun) {
                http.sendResponseHeaders(200, 1000);
                http.getResponseBody().write('{');
            }
            http.close();
        })) {
            assertThatThrownBy(() -> exchange.send(server.request(), aMinute()))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(Exchange.TooLarge.class);
        }
    }

    private static Deadline aMinute() {
        return Deadline.in(Duration.ofMinutes(1));
    }
}
