package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.endtoend.DeviceClient.Answer;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the application starts, and what it says when it does not. */
class StartingTest {

    @TempDir
    private Path directory;

    @Test
    void demoShouldTellTheWholeLifeOfDevicesAndEnd() throws Exception {
        try (BridgeProcess demo = BridgeProcess.start(directory, Map.of(), "demo", "--once")) {
            assertThat(demo.awaitEnd()).as(demo.log()).isZero();
            assertThat(demo.log())
                    .contains("demo-device-001 has verified the bridge by that fingerprint, and is enrolled.")
                    .contains("subject  CN=demo-device-001")
                    .contains("Address = 10.8.0.2/32")
                    .contains("PrivateKey = ***")
                    .contains(
                            "hawkBit has the target 'demo-device-003' at 10.8.0.4; asking for updates with the token from"
                                    + " the enrollment answer: 200")
                    .contains("nothing that proves who it is: 409")
                    .contains("same id, same address 10.8.0.3")
                    .contains("now that it was seen, the old one is revoked")
                    .contains("update-server: observed, no such target", "platform: observed, no such device")
                    .contains("Its own token no longer lets it into hawkBit: 401")
                    .contains("found again at the update server")
                    .contains("curl -s --cacert root.crt")
                    .doesNotContain("ERROR");
        }
    }

    @Test
    void wrongConfigurationShouldNameEveryProblemAndStartNothing() throws Exception {
        Map<String, String> wrong = new TreeMap<>(embedded());
        wrong.put("WG_SUBNET", "10.8.0.1/24");
        wrong.put("BRIDGE_LISTEM", "127.0.0.1:0");
        wrong.remove("WG_SERVER_PUBLIC_KEY");

        try (BridgeProcess bridge = BridgeProcess.start(directory, wrong, "serve")) {
            assertThat(bridge.awaitEnd()).isEqualTo(2);
            assertThat(bridge.log())
                    .contains("did you mean 10.8.0.0/24?")
                    .contains("BRIDGE_LISTEN")
                    .contains("WG_SERVER_PUBLIC_KEY");
        }
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void secondBridgeOnTheSameDataShouldNotStart() throws Exception {
        try (BridgeProcess first = BridgeProcess.serve(directory, embedded())) {
            Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
            Map<String, String> sameData = new TreeMap<>(embedded());
            sameData.put("BRIDGE_DATA_DIR", first.directory().resolve("data").toString());

            try (BridgeProcess second = BridgeProcess.start(elsewhere, sameData, "serve")) {
                assertThat(second.awaitEnd()).isEqualTo(1);
                assertThat(second.log()).contains("is in use by another bridge");
            }
        }
    }

    @Test
    void peersFileOfAnotherInstallationShouldStopTheStartUntilItWasImported() throws Exception {
        Path peers =
                Files.createDirectories(directory.resolve("data/wireguard")).resolve("cdm_peers.json");
        Files.writeString(
                peers,
                "{\"pump-1\":\"10.8.0.9\",\"pump-2\":\"10.8.0.3\",\"twin-a\":\"10.8.0.4\",\"twin-b\":\"10.8.0.4\"}");
        try (BridgeProcess stopped = BridgeProcess.start(directory, embedded(), "serve")) {
            assertThat(stopped.awaitEnd()).isEqualTo(1);
            assertThat(stopped.log()).contains("./bridge import-peers").contains("pump-1");
        }
        try (BridgeProcess imported = BridgeProcess.start(directory, embedded(), "import-peers")) {
            assertThat(imported.awaitEnd()).as(imported.log()).isZero();
            assertThat(imported.log()).contains("10.8.0.9  pump-1").contains("10.8.0.4  twin-a, twin-b");
        }
        try (BridgeProcess bridge = BridgeProcess.serve(directory, embedded())) {
            DeviceClient device = DeviceClient.ofEmbedded(bridge);

            Answer stranger = device.enroll(
                    "new-device", CsrBuilder.forDevice("new-device").pem());
            Answer imported =
                    device.enroll("pump-1", CsrBuilder.forDevice("pump-1").pem());
            Answer twin = device.enroll("twin-a", CsrBuilder.forDevice("twin-a").pem());

            assertThat(stranger.text("wireguard_ip")).isEqualTo("10.8.0.2");
            assertThat(imported.text("wireguard_ip")).isEqualTo("10.8.0.9");
            assertThat(twin.text("wireguard_ip")).isEqualTo("10.8.0.5");
            bridge.await(
                    "the file holds imported and enrolled", () -> read(peers).contains("twin-a"));
            assertThat(read(peers)).contains("\"pump-2\":\"10.8.0.3\"").doesNotContain("twin-b");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).replace(" ", "");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, String> embedded() {
        return Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64());
    }
}
