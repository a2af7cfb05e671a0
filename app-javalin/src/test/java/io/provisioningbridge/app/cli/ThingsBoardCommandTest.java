package io.provisioningbridge.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.app.RunningBridge;
import io.provisioningbridge.app.Wiring;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At a bridge that runs, and a ThingsBoard of each test's own. */
class ThingsBoardCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CREATED = "Created rule chain 'Provisioning Bridge', which calls ";
    private static final String NOT_PROVEN = "Whether ThingsBoard's calls arrive at the bridge is not proven. ";

    @TempDir
    private static Path data;

    private static RunningBridge bridge;

    @TempDir
    private Path elsewhere;

    private final ThingsBoardSimulator thingsBoard = newThingsBoard();
    private final String apiKey = thingsBoard.newApiKey();
    private final AtomicInteger writes = new AtomicInteger();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static ThingsBoardSimulator newThingsBoard() {
        KeyPair key = CertificateHierarchy.newKey();
        var certificate = CertificateHierarchy.of("Root").issue(key.getPublic(), "localhost", List.of("localhost"));
        return new ThingsBoardSimulator(
                new ServerIdentity(key.getPrivate(), List.of(certificate)),
                InstantSource.system(),
                new Timing(Duration.ofMillis(300), Duration.ofSeconds(2)));
    }

    @BeforeAll
    static void start() {
        Map<String, String> environment = Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_DATA_DIR", data.toString(),
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "BRIDGE_ADMIN_LISTEN", "127.0.0.1:0",
                "BRIDGE_TLS", "off",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64());
        bridge = Wiring.production(((ConfigReading.Accepted) BridgeConfig.read(environment)).config());
    }

    @AfterAll
    static void stop() {
        if (bridge != null) {
            bridge.close();
        }
    }

    @AfterEach
    void close() {
        thingsBoard.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"managed", "chain"})
    void setupShouldInstallAndProveThatCallsArrive(String mode) throws Exception {
        assertThat(setup(Map.of("THINGSBOARD_MODE", mode))).as(complained()).isZero();

        assertThat(printed())
                .hasSize(3)
                .startsWith(CREATED + url() + "/webhooks/thingsboard", "Created device profile 'provisioning-bridge'");
        assertThat(printed().get(2)).startsWith("Proven: ThingsBoard reported a throw-away device");
        assertThat(devices()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .doesNotContain(secret())
                .doesNotContain(apiKey);
        JsonNode profile = profile();
        assertThat(profile.path("provisionType").asText())
                .isEqualTo(mode.equals("chain") ? "X509_CERTIFICATE_CHAIN" : "DISABLED");
        if (mode.equals("chain")) {
            assertThat(profile.at("/profileData/provisionConfiguration/provisionDeviceSecret")
                            .asText())
                    .isEqualTo(Pem.of(bridge.authority().authorities().get(0)));
        }
    }

    @Test
    void setupShouldChangeNothingTheSecondTimeAndProveItAgain() throws Exception {
        setup(Map.of());
        JsonNode profile = profile();
        JsonNode chain = chain();
        out.reset();

        assertThat(setup(Map.of())).as(complained()).isZero();

        assertThat(printed()).hasSize(2).startsWith("ThingsBoard is set up already; nothing was changed.");
        assertThat(profile()).isEqualTo(profile);
        assertThat(chain()).isEqualTo(chain);
    }

    @Test
    void dryRunShouldOnlyPrint() throws Exception {
        countWrites();
        Map<String, String> noBridge = Map.of("BRIDGE_ADMIN_URL", "http://127.0.0.1:" + unusedPort());

        assertThat(setup(noBridge, "--dry-run")).isZero();

        assertThat(printed())
                .containsExactly(
                        "Would create rule chain 'Provisioning Bridge', which calls " + url() + "/webhooks/thingsboard",
                        "Would create device profile 'provisioning-bridge'");
        assertThat(writes).hasValue(0);

        setup(Map.of());
        breakQueue();
        writes.set(0);
        out.reset();
        assertThat(setup(Map.of(), "--dry-run")).isZero();
        assertThat(printed())
                .containsExactly(
                        "Would change rule chain of the device profile 'provisioning-bridge':",
                        "  puts 'Retry queue' on the queue HighPriority instead of Main");
        assertThat(writes).hasValue(0);

        setup(Map.of());
        out.reset();
        assertThat(setup(Map.of(), "--dry-run")).isZero();
        assertThat(printed()).containsExactly("ThingsBoard is set up; nothing would be changed.");
    }

    @Test
    void driftShouldBeRepairedAndSaid() throws Exception {
        setup(Map.of());
        breakQueue();
        out.reset();

        assertThat(setup(Map.of())).as(complained()).isZero();

        assertThat(printed())
                .startsWith(
                        "Changed rule chain of the device profile 'provisioning-bridge':",
                        "  puts 'Retry queue' on the queue HighPriority instead of Main");
    }

    @Test
    void secretThatTheBridgeDoesNotAcceptShouldBeNamed() throws Exception {
        Map<String, String> wrong =
                Map.of("BRIDGE_WEBHOOK_SECRET", "not-the-bridges-secret", "BRIDGE_OPERATOR_TOKEN", operatorToken());

        assertThat(setup(wrong, "--wait", "3")).isEqualTo(1);

        assertThat(complained())
                .startsWith(NOT_PROVEN)
                .contains("another secret")
                .contains("BRIDGE_WEBHOOK_SECRET");
        assertThat(complained()).doesNotContain("not-the-bridges-secret");
        assertThat(devices()).isZero();
    }

    @Test
    void urlThatLeadsElsewhereShouldBeNamed() throws Exception {
        String nobody = "http://127.0.0.1:" + unusedPort() + "/prefix";

        assertThat(setup(Map.of("BRIDGE_PUBLIC_URL", nobody), "--wait", "1")).isEqualTo(1);

        assertThat(complained())
                .startsWith(NOT_PROVEN + "No call came within 1 s.")
                .contains(nobody + "/webhooks/thingsboard");
        assertThat(devices()).isZero();
        assertThat(setup(Map.of())).as("the next one, with the right URL").isZero();
    }

    @Test
    void bridgeThatIsDownShouldBeSaidAndNothingReported() throws Exception {
        String down = "http://127.0.0.1:" + unusedPort();
        setup(Map.of());
        countWrites();

        assertThat(setup(Map.of("BRIDGE_ADMIN_URL", down))).isEqualTo(1);

        assertThat(complained()).startsWith(NOT_PROVEN + "There is no bridge at " + down);
        assertThat(writes).as("a report would be repeated for ever").hasValue(0);
    }

    @Test
    void chainProfileWithoutABridgeToAskForTheAuthorityShouldInstallNothing() throws Exception {
        countWrites();

        assertThat(setup(Map.of("THINGSBOARD_MODE", "chain", "BRIDGE_ADMIN_URL", "http://127.0.0.1:" + unusedPort())))
                .isEqualTo(1);

        assertThat(complained()).contains("CA certificate").contains("There is no bridge at");
        assertThat(writes).hasValue(0);
    }

    @Test
    void leftOverDeviceOfAnInterruptedRunShouldBeDeleted() throws Exception {
        setup(Map.of());
        ObjectNode left = JSON.createObjectNode().put("name", "bridge-setup-0123456789abcdef0123");
        left.set("deviceProfileId", profile().path("id"));
        ask("/api/device?accessToken=0123456789abcdef0123", BodyPublishers.ofString(left.toString()));
        assertThat(devices()).isEqualTo(1);

        assertThat(setup(Map.of())).as(complained()).isZero();

        assertThat(devices()).isZero();
    }

    @Test
    void configurationWithoutTheNecessaryShouldBeRefusedInOneMessage() {
        assertThat(run(Map.of("THINGSBOARD_MODE", "both"), "thingsboard", "setup"))
                .isEqualTo(2);

        assertThat(complained())
                .contains("THINGSBOARD_URL: ", "THINGSBOARD_API_KEY: ", "THINGSBOARD_MODE: ", "BRIDGE_PUBLIC_URL: ");
        err.reset();
        assertThat(setup(Map.of("BRIDGE_DATA_DIR", elsewhere.toString()))).isEqualTo(2);
        assertThat(complained()).contains("There is no webhook secret", "BRIDGE_WEBHOOK_SECRET");
        err.reset();
        assertThat(setup(Map.of(), "--wait", "0")).isEqualTo(2);
    }

    @Test
    void thingsBoardThatRefusesOrIsAwayShouldBeSaid() {
        assertThat(setup(Map.of("THINGSBOARD_API_KEY", "tb_wrong"))).isEqualTo(1);
        assertThat(complained()).contains("Invalid username or password");

        thingsBoard.stopRest();
        err.reset();
        assertThat(setup(Map.of())).isEqualTo(1);
        assertThat(complained()).contains("connection refused");
    }

    private int setup(Map<String, String> more, String... options) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "THINGSBOARD_URL", thingsBoard.url().toString(),
                "THINGSBOARD_API_KEY", apiKey,
                "BRIDGE_PUBLIC_URL", url(),
                "BRIDGE_ADMIN_URL", "http://127.0.0.1:" + bridge.adminPort(),
                "BRIDGE_DATA_DIR", data.toString()));
        environment.putAll(more);
        List<String> arguments = new ArrayList<>(List.of("thingsboard", "setup"));
        arguments.addAll(List.of(options));
        return run(environment, arguments.toArray(String[]::new));
    }

    private int run(Map<String, String> environment, String... arguments) {
        Terminal terminal = new Terminal(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.commandLine(terminal).execute(arguments);
    }

    private static String url() {
        return "http://127.0.0.1:" + bridge.port();
    }

    private static String secret() throws IOException {
        return Files.readString(data.resolve("webhook-secret")).strip();
    }

    private static String operatorToken() throws IOException {
        return Files.readString(data.resolve("operator-token")).strip();
    }

    private List<String> printed() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void countWrites() {
        thingsBoard.interfere((method, path, exchange) -> {
            if (!method.equals("GET")) {
                writes.incrementAndGet();
            }
            return false;
        });
    }

    private void breakQueue() throws IOException, InterruptedException {
        ObjectNode chain = (ObjectNode) chain();
        for (JsonNode node : chain.path("nodes")) {
            if (node.path("name").asText().equals("Retry queue")) {
                ((ObjectNode) node).put("queueName", "Main");
            }
        }
        ask("/api/ruleChain/metadata", BodyPublishers.ofString(chain.toString()));
    }

    private int devices() throws IOException, InterruptedException {
        return get("/api/tenant/deviceInfos?pageSize=10&page=0")
                .path("totalElements")
                .asInt();
    }

    private JsonNode profile() throws IOException, InterruptedException {
        JsonNode only =
                get("/api/deviceProfileInfos?pageSize=10&page=0").path("data").path(0);
        return get("/api/deviceProfile/" + only.path("id").path("id").asText());
    }

    private JsonNode chain() throws IOException, InterruptedException {
        String id = profile().path("defaultRuleChainId").path("id").asText();
        return get("/api/ruleChain/" + id + "/metadata");
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(thingsBoard.url() + path)).GET());
    }

    private void ask(String path, HttpRequest.BodyPublisher body) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(URI.create(thingsBoard.url() + path)).POST(body));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(request.header("X-Authorization", "ApiKey " + apiKey).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }
}
