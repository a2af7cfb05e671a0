package io.provisioningbridge.simulators.thingsboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes webhook calls, and answers as it is told. */
final class WebhookReceiver implements AutoCloseable {

    /** @param secret the header's value, empty when there is none */
    record Call(String secret, String contentType, String body) {}

    private final HttpServer server;
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private volatile int status = 202;

    WebhookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/webhooks/thingsboard", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int answer = status;
        calls.add(new Call(
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Webhook-Secret"))
                        .orElse(""),
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Content-Type"))
                        .orElse(""),
                body));
        exchange.sendResponseHeaders(answer, -1);
        exchange.close();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/webhooks/thingsboard");
    }

    /** From now on this is answered. */
    void answer(int other) {
        status = other;
    }

    /** The next call; empty when none comes within so many milliseconds. */
    Optional<Call> next(long millis) throws InterruptedException {
        return Optional.ofNullable(calls.poll(millis, TimeUnit.MILLISECONDS));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
