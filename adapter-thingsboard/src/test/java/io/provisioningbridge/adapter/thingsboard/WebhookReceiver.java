package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.http.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes webhook calls that bring the right secret; as the bridge does, below a path of a proxy's. */
final class WebhookReceiver implements AutoCloseable {

    static final Secret SECRET = new Secret("the-secret-of-the-webhook");

    private static final String HEADER = "X-Webhook-Secret";

    private final HttpServer server;
    private final BlockingQueue<JsonNode> calls = new LinkedBlockingQueue<>();

    WebhookReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/prefix/webhooks/thingsboard", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean known = SECRET.reveal().equals(exchange.getRequestHeaders().getFirst(HEADER));
        if (known) {
            calls.add(Json.parse(body).orElseGet(Json::object));
        }
        exchange.sendResponseHeaders(known ? 200 : 401, -1);
        exchange.close();
    }

    URI bridge() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/prefix");
    }

    Webhook webhook() {
        return Webhook.below(bridge(), SECRET);
    }

    /** The next call with the right secret; empty when none comes within so many milliseconds. */
    Optional<JsonNode> next(long millis) throws InterruptedException {
        return Optional.ofNullable(calls.poll(millis, TimeUnit.MILLISECONDS));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
