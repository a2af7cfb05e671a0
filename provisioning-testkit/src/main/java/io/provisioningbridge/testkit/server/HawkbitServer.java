package io.provisioningbridge.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real hawkBit 0.3.0M7 of the test's own, on a free loopback port, its database in memory. Needs {@value #PROGRAM} on the
 * PATH ({@link RequiresServer}), which {@code .ci/hawkbit/install} puts there. It takes half a minute to start: share one
 * among the tests of a class. It answers requests once {@link #start} has returned. Safe for concurrent use, but for
 * {@link #close}.
 */
public final class HawkbitServer implements AutoCloseable {

    /** What {@link RequiresServer} is given. */
    public static final String PROGRAM = "hawkbit-0.3.0M7";

    /** May do with targets whatever there is to do, and nothing else. */
    public static final String USER = "bridge";

    /** Of {@link #USER}. */
    public static final String PASSWORD = "bridge secret";

    /** May look at targets, but not at their tokens. Its password is its name. */
    public static final String READER = "reader";

    /** May do everything. Its password is its name. */
    public static final String ADMIN = "admin";

    /** Part of every URL, as behind most proxies. */
    public static final String CONTEXT = "/hawkbit";

    /**
     * Properties for {@link #start} that have requests counted, which hawkBit does not for those from loopback addresses. Each
     * one too many is a line with {@code DOS attack} in the {@link #log}.
     */
    public static final List<String> RATE_LIMIT =
            List.of("hawkbit.server.security.dos.filter.whitelist=^none$", "logging.level.server-security.dos=INFO");

    private static final Duration START_PATIENCE = Duration.ofMinutes(3);

    private final Path directory;
    private final int port;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ServerProcess process;

    private HawkbitServer(List<String> properties) {
        this.directory = newDirectory();
        this.port = freePort();
        try {
            this.process = ServerProcess.start(
                    command(directory, port, properties), directory, logFile(), this::isReady, START_PATIENCE);
        } catch (RuntimeException e) {
            delete(directory);
            throw e;
        }
    }

    /** @param properties of Spring's kind, {@code name=value}, over those it has */
    public static HawkbitServer start(List<String> properties) {
        HawkbitServer server = new HawkbitServer(properties);
        // The first request of all makes the tenant; others that come at the same time answer 500.
        server.manage("GET", "/targets", "");
        return server;
    }

    static List<String> command(Path directory, int port, List<String> properties) {
        List<String> command = new ArrayList<>(List.of(
                PROGRAM,
                "--server.port=" + port,
                "--server.servlet.context-path=" + CONTEXT,
                "--org.eclipse.hawkbit.repository.file.path=" + directory));
        properties.forEach(property -> command.add("--" + property));
        return command;
    }

    /** {@code http://127.0.0.1:<port>/hawkbit}. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port + CONTEXT);
    }

    /** {@code <port>} of {@link #url()}. */
    public int port() {
        return port;
    }

    /**
     * A request to the Management API by somebody who may do everything.
     *
     * @param path below {@code /rest/v1}
     * @param body JSON; empty for none
     */
    public HttpResponse<String> manage(String method, String path, String body) {
        String login = ADMIN + ":" + ADMIN;
        return send(HttpRequest.newBuilder(URI.create(url() + "/rest/v1" + path))
                .header("Authorization", "Basic " + base64(login))
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /**
     * Changes the tenant's configuration.
     *
     * @param value JSON
     */
    public void configure(String key, String value) {
        HttpResponse<String> answer = manage("PUT", "/system/configs/" + key, "{\"value\":" + value + "}");
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(key + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    /**
     * A device asks whether there is anything to do.
     *
     * @param authorization {@code TargetToken <token>} or {@code GatewayToken <key>}
     * @return the status; 200 when the device was let in, 401 when not
     */
    public int poll(String device, String authorization) {
        String id = URLEncoder.encode(device, StandardCharsets.UTF_8);
        return send(HttpRequest.newBuilder(URI.create(url() + "/DEFAULT/controller/v1/" + id))
                        .header("Authorization", authorization)
                        .header("Accept", "application/json"))
                .statusCode();
    }

    /** Everything it printed. */
    public String log() {
        return ServerProcess.read(logFile());
    }

    @Override
    public void close() {
        process.stop();
        delete(directory);
    }

    private Path logFile() {
        return directory.resolve("hawkbit.log");
    }

    private boolean isReady() {
        try {
            HttpRequest targets = HttpRequest.newBuilder(URI.create(url() + "/rest/v1/targets"))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return client.send(targets, HttpResponse.BodyHandlers.discarding()).statusCode() == 401;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static Path newDirectory() {
        try {
            return Files.createTempDirectory("hawkbit-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Free a moment ago; another process may take it before hawkBit does, and then the start fails and says so. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
