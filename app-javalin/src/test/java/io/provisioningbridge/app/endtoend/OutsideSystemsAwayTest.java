package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.app.endtoend.DeviceClient.Answer;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** hawkBit and ThingsBoard are off, down, or hang, and devices enroll all the same. */
class OutsideSystemsAwayTest {

    @TempDir
    private Path directory;

    @Test
    void devicesShouldEnrollWhileHawkbitIsDownAndThingsBoardHangs() throws Exception {
        Path tunnelServer = directory.resolve("data/wireguard/wg_confs/wg0.conf");
        Files.createDirectories(tunnelServer.getParent());
        Files.writeString(
                tunnelServer,
                "[Interface]\nPrivateKey = " + new Seeded(2).peerKey().base64() + "\nListenPort = 51820\n");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                BridgeProcess bridge = BridgeProcess.serve(
                        directory,
                        embedded(
                                "HAWKBIT_URL", "http://127.0.0.1:" + closedPort(),
                                "HAWKBIT_USER", "bridge",
                                "HAWKBIT_PASSWORD", "hunter2-hawkbit",
                                "HAWKBIT_PUBLIC_URL", "https://updates.example.com/hawkbit",
                                "HAWKBIT_TARGET_TOKENS", "on",
                                "MQTT_PUBLIC_ENDPOINT", "mqtt.example.com:8883",
                                "THINGSBOARD_URL", "http://127.0.0.1:" + silent.getLocalPort(),
                                "THINGSBOARD_API_KEY", "hunter2-thingsboard"))) {
            DeviceClient device = DeviceClient.ofEmbedded(bridge);

            Answer enrolled =
                    device.enroll("dev-1", CsrBuilder.forDevice("dev-1").pem());

            assertThat(enrolled.status()).isEqualTo(200);
            JsonNode services = enrolled.body().path("services");
            assertThat(services.at("/mqtt/host").textValue()).isEqualTo("mqtt.example.com");
            assertThat(services.at("/mqtt/port").intValue()).isEqualTo(8883);
            assertThat(services.at("/hawkbit/url").textValue()).isEqualTo("https://updates.example.com/hawkbit");
            assertThat(services.at("/hawkbit/tenant").textValue()).isEqualTo("DEFAULT");
            assertThat(services.at("/hawkbit/controller_id").textValue()).isEqualTo("dev-1");
            assertThat(services.at("/hawkbit/target_token").textValue()).matches("[0-9a-f]{64}");
            // Other lanes do not wait for those that hang.
            bridge.await(
                    "the tunnel server is told of the device",
                    () -> read(tunnelServer).contains(enrolled.text("wireguard_ip") + "/32"));
            bridge.await(
                    "readiness tells of hawkBit",
                    () -> detail(device, "hawkbit").contains("refused"));
            bridge.await(
                    "readiness tells of ThingsBoard",
                    () -> detail(device, "thingsboard").contains("did not answer"));
            assertThat(device.get("/health/ready").text("status")).isEqualTo("degraded");
            assertThat(bridge.log()).doesNotContain("hunter2");
        }
    }

    @Test
    void withoutCredentialsTheBridgeShouldSayWhatWaits() throws Exception {
        Map<String, String> urlsOnly =
                embedded("HAWKBIT_URL", "http://hawkbit:8090", "THINGSBOARD_URL", "http://things");
        try (BridgeProcess bridge = BridgeProcess.serve(directory, urlsOnly)) {
            DeviceClient device = DeviceClient.ofEmbedded(bridge);

            Answer enrolled =
                    device.enroll("dev-1", CsrBuilder.forDevice("dev-1").pem());

            assertThat(enrolled.status()).isEqualTo(200);
            assertThat(enrolled.body().has("services")).isFalse();
            bridge.await(
                    "readiness tells of hawkBit",
                    () -> detail(device, "hawkbit").contains("HAWKBIT_USER"));
            bridge.await(
                    "readiness tells of ThingsBoard",
                    () -> detail(device, "thingsboard").contains("THINGSBOARD_API_KEY"));
            bridge.awaitLog("dev-1: PLATFORM waits until");
            assertThat(device.enroll("hawkbit", CsrBuilder.forDevice("hawkbit").pem())
                            .status())
                    .as("the name of a server")
                    .isEqualTo(422);
        }
    }

    @Test
    void whatIsOffShouldBeSaidAtStart() throws Exception {
        try (BridgeProcess bridge = BridgeProcess.serve(directory, embedded())) {
            assertThat(bridge.log()).contains("hawkBit is off: HAWKBIT_URL", "ThingsBoard is off: THINGSBOARD_URL");
            DeviceClient device = DeviceClient.ofEmbedded(bridge);
            assertThat(device.get("/health/ready").body().toString()).doesNotContain("hawkbit", "thingsboard");
            Path secret = directory.resolve("data/webhook-secret");
            assertThat(secret).content().matches("[0-9a-f]{64}\\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                    .isEqualTo("rw-------");
        }
    }

    /** Empty as long as all is well. */
    private static String detail(DeviceClient client, String check) {
        try {
            for (JsonNode one : client.get("/health/ready").body().path("checks")) {
                if (one.path("name").textValue().equals(check)) {
                    return one.path("detail").asText("");
                }
            }
            throw new AssertionError("there is no check " + check);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Map<String, String> embedded(String... namesAndValues) {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64()));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return environment;
    }
}
