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
import io.provisioningbridge.simulators.hawkbit.HawkbitSimulator;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A bridge of which hawkBit and ThingsBoard have the same trouble for a while. */
final class TroubledSite implements AutoCloseable {

    private static final int DEVICES = 10;
    private static final String WEBHOOK_SECRET = "0123456789abcdef0123456789abcdef";
    private static final Pattern PLATFORM_WAITS = Pattern.compile("PLATFORM waits until");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final HawkbitSimulator hawkbit = HawkbitSimulator.start("bridge", "secret", new SecureRandom());
    private final ThingsBoardSimulator thingsBoard = thingsBoard();
    private final String apiKey = thingsBoard.newApiKey();

    private final Path directory;

    /** @param directory exists, and is the bridge's alone */
    TroubledSite(Path directory) {
        this.directory = directory;
    }

    @Override
    public void close() {
        hawkbit.close();
        thingsBoard.close();
    }

    /** Devices enroll while the trouble lasts, and both systems are caught up afterwards. */
    void livesThrough(Trouble trouble) throws Exception {
        hawkbit.targetTokens(true);
        BridgeProcess.makeTunnelServer(directory);
        try (BridgeProcess bridge = BridgeProcess.serve(directory, environment())) {
            DeviceClient client = DeviceClient.ofEmbedded(bridge);
            setUp(bridge, client);
            Enrolled leaving = enroll(client, "leaving");
            connect(leaving);
            Await.until("hawkBit lets it in", () -> poll(leaving) == 200);
            Enrolled arriving = enroll(client, "arriving");
            Await.until("ThingsBoard knows it", () -> platformStatus("arriving") == 200);

            trouble.begin(hawkbit, thingsBoard);
            assertThat(send(bridge.operator("/devices/leaving?reason=sold").DELETE())
                            .statusCode())
                    .isEqualTo(202);
            assertThat(thingsBoard.connect(arriving.chain())).isTrue();
            Map<String, Enrolled> meanwhile = new TreeMap<>();
            for (int i = 1; i <= DEVICES; i++) {
                meanwhile.put("dev-" + i, enroll(client, "dev-" + i));
            }
            if (trouble.fails()) {
                bridge.awaitLog("leaving: UPDATE_SERVER waits until");
                bridge.await(
                        "the platform is asked in vain",
                        () -> PLATFORM_WAITS.matcher(bridge.log()).find());
            }
            trouble.end(hawkbit, thingsBoard);

            Await.until("hawkBit lets nobody in who has left", () -> poll(leaving) == 401);
            Await.until("ThingsBoard forgets who has left", () -> platformStatus("leaving") == 404);
            Await.until("who connected meanwhile is a target", () -> poll(arriving) == 200);
            for (Enrolled device : meanwhile.values()) {
                connect(device);
            }
            for (Enrolled device : meanwhile.values()) {
                Await.until("hawkBit lets " + device.id() + " in", () -> poll(device) == 200);
                Await.until(device.id() + " is done", () -> isDone(bridge, device.id()));
            }
            assertThat(failedLanes(bridge)).isEmpty();
            assertThat(bridge.log())
                    .doesNotContain(
                            meanwhile.values().stream().map(Enrolled::token).toList())
                    .doesNotContain(leaving.token(), arriving.token());
        }
    }

    /** What a device got. */
    private record Enrolled(String id, List<X509Certificate> chain, String token) {}

    private static Enrolled enroll(DeviceClient client, String id) throws IOException, InterruptedException {
        Answer answer =
                client.enroll(id, CsrBuilder.forDevice(id).key(DeviceKey.p256()).pem());
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return new Enrolled(
                id,
                Pem.parseCertificates(answer.text("cert") + answer.text("ca_chain"))
                        .orThrow(),
                answer.body().at("/services/hawkbit/target_token").textValue());
    }

    private void connect(Enrolled device) throws Exception {
        Await.until("ThingsBoard admits " + device.id(), () -> thingsBoard.connect(device.chain()));
    }

    private void setUp(BridgeProcess bridge, DeviceClient client) {
        thingsBoard.trustForWebhooks(client.trust());
        ThingsBoardSetup.managed(
                        ThingsBoardSettings.of(
                                thingsBoard.url(),
                                new ThingsBoardLogin.ApiKey(new Secret(apiKey)),
                                ThingsBoardMode.MANAGED,
                                "provisioning-bridge"),
                        Webhook.below(
                                URI.create("https://localhost:" + bridge.listeningOn()), new Secret(WEBHOOK_SECRET)))
                .install();
    }

    private int poll(Enrolled device) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(hawkbit.url() + "/DEFAULT/controller/v1/" + device.id()))
                        .header("Authorization", "TargetToken " + device.token()))
                .statusCode();
    }

    private int platformStatus(String id) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(thingsBoard.url() + "/api/tenant/devices?deviceName=" + id))
                        .header("X-Authorization", "ApiKey " + apiKey))
                .statusCode();
    }

    private boolean isDone(BridgeProcess bridge, String id) throws IOException, InterruptedException {
        JsonNode device = JSON.readTree(send(bridge.operator("/devices/" + id)).body());
        for (JsonNode lane : device.path("lanes")) {
            if (!lane.path("state").asText().equals("done")) {
                return false;
            }
        }
        return device.path("state").asText().equals("connected");
    }

    private JsonNode failedLanes(BridgeProcess bridge) throws IOException, InterruptedException {
        return JSON.readTree(send(bridge.operator("/lanes?state=failed")).body())
                .path("lanes");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("BRIDGE_CA", "embedded"),
                Map.entry("BRIDGE_LISTEN", "127.0.0.1:0"),
                Map.entry("BRIDGE_WEBHOOK_SECRET", WEBHOOK_SECRET),
                Map.entry("WG_SERVER_ENDPOINT", "vpn.example.com:51820"),
                Map.entry("WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64()),
                Map.entry("HAWKBIT_URL", hawkbit.url().toString()),
                Map.entry("HAWKBIT_USER", "bridge"),
                Map.entry("HAWKBIT_PASSWORD", "secret"),
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
