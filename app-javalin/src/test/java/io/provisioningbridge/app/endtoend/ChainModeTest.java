package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running bridge whose device profile admits whole chains: devices present their certificate and the issuing CA's. */
class ChainModeTest {

    private static final String WEBHOOK_SECRET = "0123456789abcdef0123456789abcdef";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final ThingsBoardSimulator thingsBoard = thingsBoard();
    private final String apiKey = thingsBoard.newApiKey();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        thingsBoard.close();
    }

    @Test
    void deviceShouldConnectWithItsChainUntilItHasLeft() throws Exception {
        BridgeProcess.makeTunnelServer(directory);
        try (BridgeProcess bridge = BridgeProcess.serve(directory, environment())) {
            DeviceClient client = DeviceClient.ofEmbedded(bridge);
            X509Certificate issuing = issuing(bridge);
            setUp(bridge, client, issuing);
            Answer answer = client.enroll(
                    "dev-1", CsrBuilder.forDevice("dev-1").key(DeviceKey.p256()).pem());
            assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
            X509Certificate leaf =
                    Pem.parseCertificates(answer.text("cert")).orThrow().get(0);

            Await.until("ThingsBoard admits it", () -> thingsBoard.connect(List.of(leaf, issuing)));
            Await.until("the bridge knows", () -> state(bridge).equals("connected"));

            assertThat(send(bridge.operator("/devices/dev-1?reason=sold").DELETE())
                            .statusCode())
                    .isEqualTo(202);
            Await.until("ThingsBoard shuts it out", () -> !thingsBoard.connect(List.of(leaf, issuing)));
        }
    }

    private X509Certificate issuing(BridgeProcess bridge) throws IOException, InterruptedException {
        return Pem.parseCertificates(send(bridge.operator("/pki/chain")).body())
                .orThrow()
                .get(0);
    }

    private void setUp(BridgeProcess bridge, DeviceClient client, X509Certificate issuing) {
        thingsBoard.trustForWebhooks(client.trust());
        ThingsBoardSetup.chain(
                        ThingsBoardSettings.of(
                                thingsBoard.url(),
                                new ThingsBoardLogin.ApiKey(new Secret(apiKey)),
                                ThingsBoardMode.CHAIN,
                                "provisioning-bridge"),
                        Webhook.below(
                                URI.create("https://localhost:" + bridge.listeningOn()), new Secret(WEBHOOK_SECRET)),
                        issuing)
                .install();
    }

    private String state(BridgeProcess bridge) throws IOException, InterruptedException {
        return JSON.readTree(send(bridge.operator("/devices/dev-1")).body())
                .path("state")
                .asText();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private Map<String, String> environment() {
        return Map.of(
                "BRIDGE_CA",
                "embedded",
                "BRIDGE_LISTEN",
                "127.0.0.1:0",
                "BRIDGE_WEBHOOK_SECRET",
                WEBHOOK_SECRET,
                "WG_SERVER_ENDPOINT",
                "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY",
                new Seeded(1).peerKey().base64(),
                "THINGSBOARD_URL",
                thingsBoard.url().toString(),
                "THINGSBOARD_MODE",
                "chain",
                "THINGSBOARD_API_KEY",
                apiKey);
    }

    private static ThingsBoardSimulator thingsBoard() {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate leaf =
                CertificateHierarchy.of("Root", "Issuing").issue(key.getPublic(), "localhost", List.of("localhost"));
        return new ThingsBoardSimulator(
                new ServerIdentity(key.getPrivate(), List.of(leaf)), InstantSource.system(), Timing.REAL);
    }
}
