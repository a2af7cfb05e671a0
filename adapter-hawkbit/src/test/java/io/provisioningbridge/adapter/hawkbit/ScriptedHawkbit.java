package io.provisioningbridge.adapter.hawkbit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.provisioningbridge.core.domain.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP server that answers as the test says: for what a real hawkBit does not do on demand. What it was told nothing about
 * is not there. Safe for concurrent use.
 */
final class ScriptedHawkbit implements AutoCloseable {

    static final String NOT_FOUND =
            "{\"errorCode\":\"hawkbit.server.error.repo.entityNotFound\",\"message\":\"Target does not exist.\"}";
    static final String EXISTS = "{\"errorCode\":\"hawkbit.server.error.repo.entityAlreadyExists\",\"message\":\"!\"}";

    /**
     * A request.
     *
     * @param body empty for none
     */
    record Asked(String method, URI uri, String authorization, String body) {

        /** {@code PUT /rest/v1/targets/dev-1}. */
        String line() {
            return method + " " + uri.getPath();
        }
    }

    /** In the order they came. */
    final List<Asked> asked = new CopyOnWriteArrayList<>();

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Queue<HttpHandler>> answers = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    ScriptedHawkbit() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    HawkbitSettings settings() {
        return HawkbitSettings.of(url(), "bridge", new Secret("its password")).withRates(1000, 1000);
    }

    /**
     * How this is answered: the first time so, the second time as said next, and from then on as said last.
     *
     * @param line as in {@link Asked#line}
     */
    ScriptedHawkbit on(String line, HttpHandler answer) {
        answers.computeIfAbsent(line, key -> new ArrayDeque<>()).add(answer);
        return this;
    }

    ScriptedHawkbit on(String line, int status, String body) {
        return on(line, exchange -> answer(exchange, status, body));
    }

    /** What was asked, as {@link Asked#line}. */
    List<String> lines() {
        return asked.stream().map(Asked::line).toList();
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /** Keeps whoever asks waiting until the server closes. */
    void hang(HttpExchange exchange) {
        waitForClose(Duration.ofMinutes(5));
        exchange.close();
    }

    /** Takes its time. */
    void pause(Duration time) {
        waitForClose(time);
    }

    /** Sends a head and then a byte now and then, for ever. */
    void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        while (!waitForClose(Duration.ofMillis(20))) {
            out.write(' ');
            out.flush();
        }
        exchange.close();
    }

    /** Promises more than it sends. */
    static void breakOff(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 1000);
        exchange.getResponseBody().write('{');
        exchange.close();
    }

    private boolean waitForClose(Duration longest) {
        try {
            return closing.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        Asked question = new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        asked.add(question);
        next(question.line()).handle(exchange);
    }

    private HttpHandler next(String line) {
        Queue<HttpHandler> left = answers.getOrDefault(line, new ArrayDeque<>());
        synchronized (left) {
            HttpHandler first = left.size() > 1 ? left.remove() : left.peek();
            return first != null ? first : exchange -> answer(exchange, 404, NOT_FOUND);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
