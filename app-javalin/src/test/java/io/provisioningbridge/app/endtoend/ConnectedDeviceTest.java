package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardLogin;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSetup;
import io.provisioningbridge.adapter.thingsboard.Webhook;
import io.provisioningbridge.app.endtoend.DeviceClient.Answer;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.RequiresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that enrolls, connects to a simulated ThingsBoard and asks a real hawkBit for updates. */
@RequiresServer(HawkbitServer.PROGRAM)
class ConnectedDeviceTest {

    private static final String DEVICE = "dev-1";

    private static HawkbitServer hawkbit;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ThingsBoardSimulator thingsBoard = thingsBoard();
    private final String apiKey = thingsBoard.newApiKey();

    @TempDir
    private Path directory;

    @BeforeAll
    static void startHawkbit() {
        hawkbit = HawkbitServer.start(List.of());
        hawkbit.configure("authentication.targettoken.enabled", "true");
    }

    @AfterAll
    static void stopHawkbit() {
        if (hawkbit != null) {
            hawkbit.close();
        }
    }

    @AfterEach
    void stopThingsBoard() {
        thingsBoard.close();
    }

    @Test
    void deviceShouldBeKnownInBothSystemsUntilItIsDecommissioned() throws Exception {
        installProfile();
        try (BridgeProcess bridge = BridgeProcess.serve(directory, environment())) {
            Answer enrolled = DeviceClient.ofEmbedded(bridge)
                    .enroll(DEVICE, CsrBuilder.forDevice(DEVICE).pem());
            assertThat(enrolled.status()).isEqualTo(200);
            List<X509Certificate> chain = chain(enrolled);
            String token = token(enrolled);
            Await.until("ThingsBoard admits the device", () -> thingsBoard.connect(chain));
            assertThat(hawkbit.poll(DEVICE, token)).as("before anybody noticed").isEqualTo(401);

            lookAtPlatform(bridge);
            Await.until("hawkBit lets the device in", () -> hawkbit.poll(DEVICE, token) == 200);

            operator(bridge.operator("/devices/dev-1?reason=sold").DELETE());
            Await.until("hawkBit refuses the device", () -> hawkbit.poll(DEVICE, token) == 401);
            Await.until("ThingsBoard does not know the device", () -> platformStatus() == 404);
            assertThat(thingsBoard.connect(chain)).isFalse();
            // A poll that hawkBit lets in just before the removal makes the target anew; the bridge looks again.
            Await.until("hawkBit has no target of it", () -> targetStatus() == 404);
        }
    }

    @Test
    void targetThatHawkbitMadeAnewShouldBeRemovedAgainAndTheReceiptSaySo() throws Exception {
        installProfile();
        hawkbit.configure("authentication.gatewaytoken.enabled", "true");
        hawkbit.configure("authentication.gatewaytoken.key", "\"shared by all devices\"");
        BridgeProcess.makeTunnelServer(directory);
        try (BridgeProcess bridge = BridgeProcess.serve(directory, environment())) {
            Answer enrolled = DeviceClient.ofEmbedded(bridge)
                    .enroll(DEVICE, CsrBuilder.forDevice(DEVICE).pem());
            assertThat(enrolled.status()).isEqualTo(200);
            Await.until("ThingsBoard admits the device", () -> thingsBoard.connect(chain(enrolled)));
            lookAtPlatform(bridge);
            Await.until("hawkBit lets the device in", () -> hawkbit.poll(DEVICE, token(enrolled)) == 200);
            operator(bridge.operator("/devices/dev-1?reason=sold").DELETE());
            Await.until(
                    "the target is gone", () -> receipt(bridge).path("complete").booleanValue());
            assertThat(targetStatus()).isEqualTo(404);
            assertThat(receipt(bridge).path("came_back")).isEmpty();

            assertThat(hawkbit.poll(DEVICE, "GatewayToken shared by all devices"))
                    .isEqualTo(200);

            assertThat(targetStatus())
                    .as("of the target that hawkBit made anew")
                    .isEqualTo(200);
            Await.until("the target is gone again", () -> targetStatus() == 404);
            Await.until(
                    "the receipt says so",
                    () -> !receipt(bridge).path("came_back").isEmpty());
            assertThat(receipt(bridge).at("/came_back/0/what").textValue())
                    .isEqualTo("found again at the update server");
            assertThat(receipt(bridge).path("complete").booleanValue()).isTrue();
        } finally {
            hawkbit.configure("authentication.gatewaytoken.enabled", "false");
        }
    }

    private void installProfile() {
        ThingsBoardSetup.managed(
                        ThingsBoardSettings.of(
                                thingsBoard.url(),
                                new ThingsBoardLogin.ApiKey(new Secret(apiKey)),
                                ThingsBoardMode.MANAGED,
                                "provisioning-bridge"),
                        Webhook.below(URI.create("https://bridge.invalid"), new Secret("0123456789abcdef")))
                .install();
    }

    /** What the webhook would have told is found out by looking, too. */
    private void lookAtPlatform(BridgeProcess bridge) throws IOException, InterruptedException {
        HttpRequest.Builder retry = bridge.operator("/lanes/retry")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"device_id\":\"dev-1\",\"system\":\"platform\"}"));
        assertThat(operator(retry).statusCode()).isEqualTo(200);
    }

    private static List<X509Certificate> chain(Answer enrolled) {
        return Pem.parseCertificates(enrolled.text("cert") + enrolled.text("ca_chain"))
                .orThrow();
    }

    private static String token(Answer enrolled) {
        return "TargetToken "
                + enrolled.body().at("/services/hawkbit/target_token").textValue();
    }

    private static int targetStatus() {
        return hawkbit.manage("GET", "/targets/" + DEVICE, "").statusCode();
    }

    /** Whether its signature is right is for other tests. */
    private JsonNode receipt(BridgeProcess bridge) throws IOException, InterruptedException {
        String[] parts = operator(bridge.operator("/devices/dev-1/receipt"))
                .body()
                .strip()
                .split("\\.", -1);
        return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(parts[1]));
    }

    private HttpResponse<String> operator(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private int platformStatus() throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(
                                        URI.create(thingsBoard.url() + "/api/tenant/devices?deviceName=" + DEVICE))
                                .header("X-Authorization", "ApiKey " + apiKey)
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("BRIDGE_CA", "embedded"),
                Map.entry("BRIDGE_LISTEN", "127.0.0.1:0"),
                Map.entry("WG_SERVER_ENDPOINT", "vpn.example.com:51820"),
                Map.entry("WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64()),
                Map.entry("HAWKBIT_URL", hawkbit.url().toString()),
                Map.entry("HAWKBIT_USER", HawkbitServer.USER),
                Map.entry("HAWKBIT_PASSWORD", HawkbitServer.PASSWORD),
                Map.entry("HAWKBIT_PUBLIC_URL", hawkbit.url().toString()),
                Map.entry("HAWKBIT_TARGET_TOKENS", "on"),
                Map.entry("HAWKBIT_POLLING_INTERVAL", "5s"),
                Map.entry("THINGSBOARD_URL", thingsBoard.url().toString()),
                Map.entry("THINGSBOARD_API_KEY", apiKey));
    }

    private static ThingsBoardSimulator thingsBoard() {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate leaf =
                CertificateHierarchy.of("Root", "Issuing").issue(key.getPublic(), "localhost", List.of("localhost"));
        return new ThingsBoardSimulator(
                new ServerIdentity(key.getPrivate(), List.of(leaf)), InstantSource.system(), Timing.REAL);
    }
}
