package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

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
        ThingsBoardSetup.managed(
                        ThingsBoardSettings.of(
                                thingsBoard.url(),
                                new ThingsBoardLogin.ApiKey(new Secret(apiKey)),
                                ThingsBoardMode.MANAGED,
                                "provisioning-bridge"),
                        Webhook.below(URI.create("https://bridge.invalid"), new Secret("0123456789abcdef")))
                .install();
        try (BridgeProcess bridge = BridgeProcess.serve(directory, environment())) {
            Answer enrolled = DeviceClient.ofEmbedded(bridge)
                    .enroll(DEVICE, CsrBuilder.forDevice(DEVICE).pem());
            assertThat(enrolled.status()).isEqualTo(200);
            String token = "TargetToken "
                    + enrolled.body().at("/services/hawkbit/target_token").textValue();
            List<X509Certificate> chain = Pem.parseCertificates(enrolled.text("cert") + enrolled.text("ca_chain"))
                    .orThrow();

            Await.until("ThingsBoard admits the device", () -> thingsBoard.connect(chain));
            assertThat(hawkbit.poll(DEVICE, token)).as("before anybody noticed").isEqualTo(401);

            // What the webhook would have told is found out by looking, too.
            assertThat(operator(bridge.operator("/lanes/retry")
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString("{\"device_id\":\"dev-1\",\"system\":\"platform\"}")))
                            .statusCode())
                    .isEqualTo(200);
            Await.until("hawkBit lets the device in", () -> hawkbit.poll(DEVICE, token) == 200);

            operator(bridge.operator("/devices/dev-1?reason=sold").DELETE());
            Await.until("hawkBit refuses the device", () -> hawkbit.poll(DEVICE, token) == 401);
            Await.until("ThingsBoard does not know the device", () -> platformStatus() == 404);
            assertThat(thingsBoard.connect(chain)).isFalse();
            assertThat(hawkbit.manage("GET", "/targets/" + DEVICE, "").statusCode())
                    .isEqualTo(404);
        }
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
