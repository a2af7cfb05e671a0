package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator.Interference;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The REST API over plain HTTP on a loopback address. Safe for concurrent use. */
final class RestServer implements AutoCloseable {

    private final Accounts accounts;
    private final Tenant tenant;
    private final RuleChains ruleChains;
    private final AttributeApi attributes;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger remaining = new AtomicInteger(Integer.MAX_VALUE);
    private volatile RateLimit rate = new RateLimit("");
    private volatile Interference interference = (method, path, exchange) -> false;
    private HttpServer server;

    RestServer(Accounts accounts, Tenant tenant, RuleChains ruleChains, InstantSource clock) {
        this.accounts = accounts;
        this.tenant = tenant;
        this.ruleChains = ruleChains;
        this.attributes = new AttributeApi(tenant, clock);
        this.server = listen(0);
    }

    /** A request, taken apart. */
    private record Request(String method, List<String> path, Map<String, String> query, String body) {

        private static Request of(HttpExchange exchange) throws IOException {
            Map<String, String> query = new HashMap<>();
            String raw = exchange.getRequestURI().getRawQuery();
            for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
                String[] parts = pair.split("=", 2);
                query.put(parts[0], parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
            List<String> path =
                    List.of(exchange.getRequestURI().getPath().substring(1).split("/", -1));
            return new Request(
                    exchange.getRequestMethod(),
                    path,
                    query,
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        }

        /** {@code *} is any segment. */
        boolean is(String verb, String... segments) {
            if (!method.equals(verb) || path.size() != segments.length) {
                return false;
            }
            for (int i = 0; i < segments.length; i++) {
                if (!segments[i].equals("*") && !segments[i].equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }

        String asked(String name) {
            return query.getOrDefault(name, "");
        }

        int number(String name) {
            return Integer.parseInt(asked(name));
        }

        JsonNode json() {
            try {
                return Json.parse(body.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw ApiError.internal("JSON parse error: " + e.getMessage());
            }
        }
    }

    /** The body of a success; a missing node for none. */
    private record Answer(JsonNode json) {

        private static final Answer EMPTY = new Answer(MissingNode.getInstance());

        byte[] bytes() {
            return json.isMissingNode() ? new byte[0] : Json.bytes(json);
        }
    }

    synchronized int port() {
        return server.getAddress().getPort();
    }

    void interfere(Interference other) {
        interference = other;
    }

    /** So many requests are served from now on; all others are refused. */
    void limit(int requests) {
        remaining.set(requests);
    }

    /** @param limit as in {@link RateLimit} */
    void limitRate(String limit) {
        rate = new RateLimit(limit);
    }

    int refusedByRate() {
        return rate.refused();
    }

    synchronized void stop() {
        server.stop(0);
    }

    synchronized void startAgain() {
        server = listen(server.getAddress().getPort());
    }

    private HttpServer listen(int port) {
        try {
            HttpServer fresh = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            fresh.setExecutor(threads);
            fresh.createContext("/", this::serve);
            fresh.start();
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        if (interference.takes(
                exchange.getRequestMethod(), exchange.getRequestURI().getPath(), exchange)) {
            return;
        }
        Request request = Request.of(exchange);
        try {
            Answer answer = answer(request, exchange.getRequestHeaders());
            send(exchange, 200, "application/json", answer.bytes());
        } catch (ApiError e) {
            refuse(exchange, e);
        }
    }

    private static void refuse(HttpExchange exchange, ApiError e) throws IOException {
        if (e.errorCode == ApiError.PLAIN_TEXT) {
            send(exchange, e.status, "text/plain;charset=UTF-8", e.text().getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (e.status == 429) {
            exchange.getResponseHeaders().set("Connection", "close");
        }
        ObjectNode body = Json.object()
                .put("status", e.status)
                .put("message", e.text())
                .put("errorCode", e.errorCode)
                .put("timestamp", System.currentTimeMillis());
        send(exchange, e.status, "application/json", Json.bytes(body));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        if (body.length > 0) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
        exchange.close();
    }

    private Answer answer(Request request, Headers headers) {
        if (request.is("POST", "api", "auth", "login")) {
            return new Answer(accounts.login(request.json()));
        }
        if (request.is("POST", "api", "auth", "token")) {
            return new Answer(accounts.refresh(request.json()));
        }
        accounts.check(authorization(headers));
        if (remaining.getAndUpdate(left -> Math.max(0, left - 1)) == 0 || !rate.admits()) {
            throw ApiError.tooManyRequests();
        }
        return device(request)
                .or(() -> attribute(request))
                .or(() -> administration(request))
                .orElseThrow(() -> ApiError.plain(404, "<html><body><h1>Not Found</h1></body></html>"));
    }

    /** {@code X-Authorization} counts before {@code Authorization}. */
    private static @Nullable String authorization(Headers headers) {
        String own = headers.getFirst("X-Authorization");
        return own != null ? own : headers.getFirst("Authorization");
    }

    /** Empty when it is none of these requests. */
    private Optional<Answer> device(Request request) {
        if (request.is("GET", "api", "tenant", "devices") && request.query().containsKey("deviceName")) {
            return some(tenant.namedJson(request.asked("deviceName")));
        }
        if (request.is("GET", "api", "tenant", "deviceInfos")) {
            Optional<String> profile =
                    Optional.of(request.asked("deviceProfileId")).filter(id -> !id.isEmpty());
            return some(tenant.deviceInfos(
                    profile, request.asked("textSearch"), request.number("pageSize"), request.number("page")));
        }
        if (request.is("POST", "api", "device")) {
            return some(tenant.saveDevice(request.json(), request.asked("accessToken")));
        }
        if (request.is("POST", "api", "device-with-credentials")) {
            return some(tenant.createWithCredentials(request.json()));
        }
        if (request.is("GET", "api", "device", "*")) {
            return some(tenant.deviceJson(request.path().get(2)));
        }
        if (request.is("DELETE", "api", "device", "*")) {
            tenant.delete(request.path().get(2));
            return Optional.of(Answer.EMPTY);
        }
        if (request.is("GET", "api", "device", "*", "credentials")) {
            return some(tenant.credentials(request.path().get(2)));
        }
        if (request.is("POST", "api", "device", "credentials")) {
            return some(tenant.updateCredentials(request.json()));
        }
        return Optional.empty();
    }

    private Optional<Answer> attribute(Request request) {
        if (request.is("POST", "api", "plugins", "telemetry", "DEVICE", "*", "*")) {
            attributes.write(request.path().get(4), request.path().get(5), request.body());
            return Optional.of(Answer.EMPTY);
        }
        List<String> keys = List.of(request.asked("keys").split(",", -1));
        if (request.is("GET", "api", "plugins", "telemetry", "DEVICE", "*", "values", "attributes", "SERVER_SCOPE")) {
            return some(attributes.read(request.path().get(4), keys));
        }
        if (request.is("DELETE", "api", "plugins", "telemetry", "DEVICE", "*", "SERVER_SCOPE")) {
            attributes.remove(request.path().get(4), keys);
            return Optional.of(Answer.EMPTY);
        }
        return Optional.empty();
    }

    private Optional<Answer> administration(Request request) {
        String search = request.asked("textSearch");
        if (request.is("GET", "api", "auth", "user")) {
            return some(accounts.user());
        }
        if (request.is("POST", "api", "apiKey")) {
            return some(accounts.createApiKey(request.json()));
        }
        if (request.is("POST", "api", "deviceProfile")) {
            return some(tenant.saveProfile(request.json()));
        }
        if (request.is("GET", "api", "deviceProfile", "*")) {
            return some(tenant.profile(request.path().get(2)));
        }
        if (request.is("GET", "api", "deviceProfileInfos")) {
            return some(tenant.profileInfos(search, request.number("pageSize"), request.number("page")));
        }
        if (request.is("POST", "api", "ruleChain")) {
            return some(ruleChains.save(request.json()));
        }
        if (request.is("POST", "api", "ruleChain", "metadata")) {
            return some(ruleChains.saveMetadata(request.json()));
        }
        if (request.is("GET", "api", "ruleChain", "*", "metadata")) {
            return some(ruleChains.metadata(request.path().get(2)));
        }
        if (request.is("POST", "api", "ruleChain", "*", "root")) {
            return some(ruleChains.makeRoot(request.path().get(2)));
        }
        if (request.is("GET", "api", "ruleChains")) {
            return some(ruleChains.page(search, request.number("pageSize"), request.number("page")));
        }
        return Optional.empty();
    }

    private static Optional<Answer> some(JsonNode answer) {
        return Optional.of(new Answer(answer));
    }

    @Override
    public void close() {
        stop();
        threads.shutdownNow();
    }
}
