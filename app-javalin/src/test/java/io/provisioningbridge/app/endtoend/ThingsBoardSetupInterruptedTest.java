package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.app.RunningBridge;
import io.provisioningbridge.app.Wiring;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The setup is told to end while its throw-away device is being made. */
class ThingsBoardSetupInterruptedTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MADE_BY_TEST = "X-Made-By-Test";

    @TempDir
    private Path data;

    @TempDir
    private Path directory;

    private final ThingsBoardSimulator thingsBoard = newThingsBoard();
    private final String apiKey = thingsBoard.newApiKey();
    private final CountDownLatch deviceIsMade = new CountDownLatch(1);
    private final CountDownLatch toldToEnd = new CountDownLatch(1);
    private final AtomicBoolean held = new AtomicBoolean();

    private static ThingsBoardSimulator newThingsBoard() {
        KeyPair key = CertificateHierarchy.newKey();
        var certificate = CertificateHierarchy.of("Root").issue(key.getPublic(), "localhost", List.of("localhost"));
        return new ThingsBoardSimulator(
                new ServerIdentity(key.getPrivate(), List.of(certificate)), InstantSource.system(), Timing.REAL);
    }

    @AfterEach
    void close() {
        toldToEnd.countDown();
        thingsBoard.close();
    }

    @Test
    void setupThatIsToldToEndShouldDeleteItsDeviceFirst() throws Exception {
        holdTheAnswerToTheDevice();
        try (RunningBridge bridge = bridge();
                BridgeProcess setup = BridgeProcess.start(directory, environment(bridge), "thingsboard", "setup")) {
            assertThat(deviceIsMade.await(60, TimeUnit.SECONDS)).as(setup.log()).isTrue();
            assertThat(devices()).isEqualTo(1);

            setup.terminate();
            toldToEnd.countDown();

            assertThat(setup.awaitEnd()).isNotZero();
            assertThat(devices()).isZero();
        }
    }

    /** The device is made, and nobody hears of it until the process is told to end. */
    private void holdTheAnswerToTheDevice() {
        thingsBoard.interfere((method, path, exchange) -> {
            if (!method.equals("POST")
                    || !path.equals("/api/device")
                    || exchange.getRequestHeaders().containsKey(MADE_BY_TEST)
                    || !held.compareAndSet(false, true)) {
                return false;
            }
            try {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                ask(request("/api/device?accessToken=held")
                        .header(MADE_BY_TEST, "yes")
                        .POST(BodyPublishers.ofString(body)));
                deviceIsMade.countDown();
                toldToEnd.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
            return true;
        });
    }

    private RunningBridge bridge() {
        Map<String, String> environment = Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_DATA_DIR", data.toString(),
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "BRIDGE_ADMIN_LISTEN", "127.0.0.1:0",
                "BRIDGE_TLS", "off",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64());
        return Wiring.production(((ConfigReading.Accepted) BridgeConfig.read(environment)).config());
    }

    private Map<String, String> environment(RunningBridge bridge) {
        return Map.of(
                "THINGSBOARD_URL",
                thingsBoard.url().toString(),
                "THINGSBOARD_API_KEY",
                apiKey,
                "BRIDGE_PUBLIC_URL",
                "http://127.0.0.1:" + bridge.port(),
                "BRIDGE_ADMIN_URL",
                "http://127.0.0.1:" + bridge.adminPort(),
                "BRIDGE_DATA_DIR",
                data.toString());
    }

    private int devices() throws IOException, InterruptedException {
        return ask(request("/api/tenant/deviceInfos?pageSize=10&page=0").GET())
                .path("totalElements")
                .asInt();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(thingsBoard.url() + path))
                .header("X-Authorization", "ApiKey " + apiKey);
    }

    private static JsonNode ask(HttpRequest.Builder request) throws IOException, InterruptedException {
        return JSON.readTree(HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.ofString())
                .body());
    }
}
