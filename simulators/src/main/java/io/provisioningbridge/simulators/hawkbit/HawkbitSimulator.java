package io.provisioningbridge.simulators.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hawkBit 1.1.0 without updates, on a free loopback port: targets, the tenant's configuration, and devices that poll. It
 * has one tenant, {@code DEFAULT}, and one user. Safe for concurrent use.
 */
public final class HawkbitSimulator implements AutoCloseable {

    private static final Pattern TARGET = Pattern.compile("/rest/v1/targets/([^/]+)");
    private static final Pattern CONFIGURATION = Pattern.compile("/rest/v1/system/configs/([^/]+)");
    private static final Pattern POLL = Pattern.compile("(?i)/default/controller/v1/([^/]+)");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}");
    private static final String TARGET_TOKEN = "TargetToken ";
    private static final String GATEWAY_TOKEN = "GatewayToken ";

    private final ObjectMapper mapper = new ObjectMapper();
    private final String login;
    private final SimulatedTargets targets;
    private final Map<String, JsonNode> configuration = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "hawkbit-simulator");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Interference interference = exchange -> false;
    private HttpServer server;
    private volatile boolean overloaded;

    /** What answers a request in its place. */
    @FunctionalInterface
    public interface Interference {

        /** @return whether it took the exchange, whatever it does with it */
        boolean takes(HttpExchange exchange) throws IOException;
    }

    private HawkbitSimulator(String user, String password, RandomGenerator random) {
        this.login =
                "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        this.targets = new SimulatedTargets(random);
        // As it comes: devices are let in by nothing.
        for (String way : new String[] {"targettoken", "gatewaytoken", "header"}) {
            configuration.put("authentication." + way + ".enabled", JsonNodeFactory.instance.booleanNode(false));
        }
        configuration.put("authentication.gatewaytoken.key", JsonNodeFactory.instance.textNode(""));
        configuration.put("pollingTime", JsonNodeFactory.instance.textNode("00:05:00"));
        server = listen(0);
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

    /**
     * @param user who may do everything
     * @param random where tokens come from that nobody chose
     */
    public static HawkbitSimulator start(String user, String password, RandomGenerator random) {
        return new HawkbitSimulator(user, password, random);
    }

    /** {@code http://127.0.0.1:<port>}. */
    public synchronized URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Lets devices in with the tokens of their targets, or no longer. */
    public void targetTokens(boolean on) {
        configuration.put("authentication.targettoken.enabled", JsonNodeFactory.instance.booleanNode(on));
    }

    /** Lets in every device that shows this key, also such as there are no targets of. */
    public void gatewayToken(String key) {
        configuration.put("authentication.gatewaytoken.enabled", JsonNodeFactory.instance.booleanNode(true));
        configuration.put("authentication.gatewaytoken.key", JsonNodeFactory.instance.textNode(key));
    }

    /** From now on answers everybody that there were too many requests, or no longer. */
    public void overloaded(boolean on) {
        overloaded = on;
    }

    /** From now on this sees every request first. */
    public void interfere(Interference other) {
        interference = other;
    }

    /** From now on requests are served as usual. */
    public void stopInterfering() {
        interference = exchange -> false;
    }

    /** It cannot be reached any more. */
    public synchronized void stop() {
        server.stop(0);
    }

    /** It can be reached again, at the same port, and has forgotten nothing. */
    public synchronized void startAgain() {
        server = listen(server.getAddress().getPort());
    }

    private void serve(HttpExchange exchange) throws IOException {
        if (interference.takes(exchange)) {
            return;
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        HawkbitAnswer answer = overloaded ? HawkbitAnswer.empty(429) : answer(exchange, body);
        if (answer.body().isEmpty()) {
            exchange.sendResponseHeaders(answer.status(), -1);
            exchange.close();
            return;
        }
        byte[] bytes = mapper.writeValueAsBytes(answer.body().get());
        exchange.getResponseHeaders().set("Content-Type", "application/hal+json");
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private HawkbitAnswer answer(HttpExchange exchange, byte[] body) {
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        String raw = exchange.getRequestURI().getRawPath();
        if (raw.contains("%2F") || raw.contains("%25") || raw.contains(";") || raw.contains("%5C")) {
            return HawkbitAnswer.empty(400);
        }
        String path = exchange.getRequestURI().getPath();
        Matcher poll = POLL.matcher(path);
        if (poll.matches()) {
            return poll(
                    poll.group(1), authorization, exchange.getRemoteAddress().getAddress());
        }
        if (!authorization.equals(login)) {
            return HawkbitAnswer.framework(401, "Unauthorized");
        }
        return manage(exchange, path, body);
    }

    private HawkbitAnswer manage(HttpExchange exchange, String path, byte[] body) {
        String method = exchange.getRequestMethod();
        boolean writes = method.equals("POST") || method.equals("PUT");
        JsonNode json = writes ? parse(body) : MissingNode.getInstance();
        if (writes && !json.isContainerNode()) {
            return HawkbitAnswer.error(400, "rest.body.notReadable", "The given request body is not well formed");
        }
        Matcher target = TARGET.matcher(path);
        Matcher key = CONFIGURATION.matcher(path);
        if (path.equals("/rest/v1/targets")) {
            return switch (method) {
                case "GET" -> targets.page(parameter(exchange, "offset"), parameter(exchange, "limit"));
                case "POST" -> targets.create(json);
                default -> HawkbitAnswer.framework(405, "Method Not Allowed");
            };
        }
        if (target.matches()) {
            return switch (method) {
                case "GET" -> targets.read(target.group(1));
                case "PUT" -> targets.update(target.group(1), json);
                case "DELETE" -> targets.delete(target.group(1));
                default -> HawkbitAnswer.framework(405, "Method Not Allowed");
            };
        }
        if (path.equals("/rest/v1/system/configs") && method.equals("GET")) {
            return HawkbitAnswer.of(200, tenant());
        }
        if (key.matches() && method.equals("PUT")) {
            return configure(key.group(1), json.path("value"));
        }
        return HawkbitAnswer.framework(404, "Not Found");
    }

    private HawkbitAnswer configure(String key, JsonNode value) {
        JsonNode present = configuration.get(key);
        if (present == null) {
            return HawkbitAnswer.error(400, "configKeyInvalid", "The given configuration key is invalid");
        }
        if (present.getNodeType() != value.getNodeType()) {
            return HawkbitAnswer.error(400, "configValueInvalid", "The given configuration value is invalid");
        }
        configuration.put(key, value);
        return HawkbitAnswer.empty(204);
    }

    private ObjectNode tenant() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        configuration.forEach(
                (key, value) -> all.putObject(key).put("global", false).set("value", value));
        return all;
    }

    /** Nobody but a device with the token of its own target has to have one: the others get it. */
    private HawkbitAnswer poll(String id, String authorization, InetAddress from) {
        boolean own = isOn("targettoken")
                && authorization.startsWith(TARGET_TOKEN)
                && targets.hasToken(id, authorization.substring(TARGET_TOKEN.length()));
        boolean shared = isOn("gatewaytoken")
                && authorization.equals(
                        GATEWAY_TOKEN + value("authentication.gatewaytoken.key").asText());
        if (!own && !shared) {
            return HawkbitAnswer.empty(401);
        }
        targets.polled(id, from.getHostAddress());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putObject("config").putObject("polling").put("sleep", "00:05:00");
        return HawkbitAnswer.of(200, answer);
    }

    private boolean isOn(String way) {
        return value("authentication." + way + ".enabled").asBoolean();
    }

    private JsonNode value(String key) {
        return configuration.getOrDefault(key, MissingNode.getInstance());
    }

    private JsonNode parse(byte[] body) {
        try {
            return mapper.readTree(body);
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }

    /** Zero where there is none. */
    private static int parameter(HttpExchange exchange, String name) {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        for (String part : query.split("&", -1)) {
            if (part.startsWith(name + "=")
                    && NUMBER.matcher(part.substring(name.length() + 1)).matches()) {
                return Integer.parseInt(part.substring(name.length() + 1));
            }
        }
        return 0;
    }

    @Override
    public void close() {
        stop();
        threads.shutdownNow();
    }
}
