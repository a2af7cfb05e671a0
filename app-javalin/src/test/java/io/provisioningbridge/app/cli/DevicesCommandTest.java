package io.provisioningbridge.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.app.RunningBridge;
import io.provisioningbridge.app.Wiring;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operators' commands against a bridge that runs, with SQLite and the embedded authority. */
class DevicesCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path data;

    private static RunningBridge bridge;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void start() {
        ConfigReading reading = BridgeConfig.read(Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_DATA_DIR", data.toString(),
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "BRIDGE_ADMIN_LISTEN", "127.0.0.1:0",
                "BRIDGE_TLS", "off",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64()));
        bridge = Wiring.production(((ConfigReading.Accepted) reading).config());
    }

    @AfterAll
    static void stop() {
        if (bridge != null) {
            bridge.close();
        }
    }

    @Test
    void theTokensShouldBeForTheOwnersEyesOnly() throws Exception {
        for (String name : List.of("operator-token", "viewer-token")) {
            assertThat(Files.readString(data.resolve(name))).matches("[0-9a-f]{64}\\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name))))
                    .isEqualTo("rw-------");
        }
        assertThat(Files.readString(data.resolve("operator-token")))
                .isNotEqualTo(Files.readString(data.resolve("viewer-token")));
    }

    @Test
    void listShouldAlignWhatItShows() throws Exception {
        enroll("list-001", DeviceKey.p256(), "Pump \u202e\u0007 one");
        enroll("list-002", DeviceKey.p256(), "");

        assertThat(run("devices", "list", "--query", "LIST-")).isZero();

        assertThat(printed()).hasSize(3);
        assertThat(printed().get(0)).matches("ID +STATE +ADDRESS +ENROLLED +TYPE +NAME");
        assertThat(printed().get(1))
                .matches("list-001  enrolled  10\\.8\\.0\\.\\d+ +\\S+Z  -     Pump \\? +\\S* ?one")
                .doesNotContain("\u202e", "\u0007");
        assertThat(printed().get(2)).matches("list-002  enrolled  10\\.8\\.0\\.\\d+ +\\S+Z  -     -");
        assertThat(complained()).isEmpty();
    }

    @Test
    void listShouldSayThatThereIsNothing() {
        assertThat(run("devices", "list", "--state", "suspended")).isZero();

        assertThat(printed()).containsExactly("No device.");
    }

    @Test
    void listShouldPrintJson() throws Exception {
        enroll("json-001", DeviceKey.p256(), "");

        assertThat(run("devices", "list", "--query", "json-", "--json")).isZero();

        JsonNode list = JSON.readTree(String.join("\n", printed()));
        assertThat(list.path("devices").findValuesAsText("device_id")).containsExactly("json-001");
    }

    @Test
    void showShouldNameCertificatesAndAttempts() throws Exception {
        DeviceKey key = DeviceKey.p256();
        DeviceKey stranger = DeviceKey.p256();
        enroll("show-001", key, "Pump");
        assertThat(enroll("show-001", stranger, "")).isEqualTo(409);

        assertThat(run("devices", "show", "show-001")).isZero();

        assertThat(printed())
                .contains("show-001", "Certificates, oldest first", "Keys tried in vain, latest first")
                .anyMatch(line -> line.matches("  name +Pump"))
                .anyMatch(line -> line.matches("  [0-9A-F]+ +1 +issued +none +\\S+Z +" + hash(key)))
                .anyMatch(line -> line.matches("  " + hash(stranger) + "  \\S+Z  127\\.0\\.0\\.1"));
    }

    @Test
    void allowShouldLetTheDeviceInThatTriedLast() throws Exception {
        enroll("lost-001", DeviceKey.p256(), "");
        DeviceKey key = DeviceKey.p256();
        assertThat(enroll("lost-001", key, "")).isEqualTo(409);

        assertThat(run("devices", "allow-reenrollment", "lost-001", "--latest")).isZero();

        assertThat(printed())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("The latest key tried is " + hash(key))
                                .endsWith("from 127.0.0.1"),
                        line -> assertThat(line)
                                .startsWith("lost-001 may enroll once with key " + hash(key) + " until "));
        assertThat(enroll("lost-001", key, "")).isEqualTo(200);
    }

    @Test
    void allowShouldNeedExactlyOneKeyAndNeverGuess() throws Exception {
        enroll("lost-002", DeviceKey.p256(), "");

        assertThat(run("devices", "allow-reenrollment", "lost-002")).isEqualTo(2);
        assertThat(run("devices", "allow-reenrollment", "lost-002", "--latest", "--key", "ab".repeat(32)))
                .isEqualTo(2);
        assertThat(run("devices", "allow-reenrollment", "lost-002", "--latest")).isEqualTo(1);
        assertThat(complained()).contains("No key was tried in vain for lost-002");
        assertThat(run("devices", "allow-reenrollment", "lost-002", "--key", "abc"))
                .isEqualTo(1);
        assertThat(complained()).contains("The bridge answered 422: 'key_sha256' is 64 hex digits");
        assertThat(run("devices", "allow-reenrollment", "lost-002", "--key", "ab".repeat(32)))
                .isZero();
    }

    @Test
    void decommissionShouldSayWhichSystemKeepsItFromItsEnd() throws Exception {
        enroll("stuck-001", DeviceKey.p256(), "");

        // This tunnel server has no configuration to take the peer out of.
        assertThat(run("devices", "decommission", "stuck-001", "--reason", "sold", "--wait", "1"))
                .isEqualTo(3);

        assertThat(printed())
                .contains("stuck-001 is out of service.", "  tunnel: due")
                .anyMatch(line -> line.matches("  complete +NO: some system may still know the device"))
                .noneMatch(line -> line.startsWith("    projected"));
        out.reset();
        assertThat(run("devices", "decommission", "stuck-001", "--reason", "sold"))
                .as("without --wait, it is enough that it was accepted")
                .isZero();
        assertThat(printed()).anyMatch(line -> line.matches("  tunnel +due +\\S+Z +.*"));
        assertThat(enroll("stuck-001", DeviceKey.p256(), "")).isEqualTo(410);
    }

    @Test
    void errorsShouldSayWhatToDo() throws Exception {
        assertThat(run("devices", "show", "no such/device")).isEqualTo(1);
        assertThat(complained()).contains("The bridge answered 4");

        Map<String, String> wrong = environment();
        wrong.put("BRIDGE_OPERATOR_TOKEN", "not-the-right-token");
        assertThat(run(wrong, "devices", "list")).isEqualTo(1);
        assertThat(complained()).contains("does not know this token").doesNotContain("not-the-right");

        Map<String, String> elsewhere = environment();
        elsewhere.put("BRIDGE_ADMIN_URL", "http://127.0.0.1:" + freePort());
        assertThat(run(elsewhere, "devices", "list")).isEqualTo(1);
        assertThat(complained()).contains("There is no bridge at http://127.0.0.1:");

        Map<String, String> noToken = environment();
        noToken.put("BRIDGE_DATA_DIR", data.resolve("nowhere").toString());
        assertThat(run(noToken, "devices", "list")).isEqualTo(1);
        assertThat(complained()).contains("There is no token: set BRIDGE_OPERATOR_TOKEN");

        Map<String, String> clear = environment();
        clear.put("BRIDGE_ADMIN_URL", "http://bridge.example.com:8444");
        assertThat(run(clear, "devices", "list")).isEqualTo(2);
        assertThat(complained()).contains("BRIDGE_ADMIN_URL: 'http://bridge.example.com:8444' would send the token");
        assertThat(printed()).isEmpty();
    }

    @Test
    void theTokenMayComeFromTheEnvironmentOrAFileItNames() throws Exception {
        Map<String, String> environment = environment();
        environment.remove("BRIDGE_DATA_DIR");
        environment.put(
                "BRIDGE_OPERATOR_TOKEN_FILE", data.resolve("operator-token").toString());
        assertThat(run(environment, "devices", "list")).isZero();

        environment.remove("BRIDGE_OPERATOR_TOKEN_FILE");
        environment.put(
                "BRIDGE_OPERATOR_TOKEN",
                Files.readString(data.resolve("operator-token")).strip());
        assertThat(run(environment, "devices", "list")).isZero();
    }

    @Test
    void aViewersTokenShouldNotAllow() throws Exception {
        enroll("view-001", DeviceKey.p256(), "");
        Map<String, String> viewer = environment();
        viewer.put("BRIDGE_OPERATOR_TOKEN_FILE", data.resolve("viewer-token").toString());

        assertThat(run(viewer, "devices", "show", "view-001")).isZero();
        assertThat(run(viewer, "devices", "allow-reenrollment", "view-001", "--key", "ab".repeat(32)))
                .isEqualTo(1);

        assertThat(complained()).contains("403: Use the operator's token for this.");
    }

    private static int enroll(String id, DeviceKey key, String name) throws IOException, InterruptedException {
        String body = JSON.createObjectNode()
                .put("csr_pem", CsrBuilder.forDevice(id).key(key).pem())
                .put("device_name", name)
                .toString();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + bridge.port() + "/devices/" + id + "/enroll"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String hash(DeviceKey key) {
        return KeyHash.of(key.publicKeyInfo()).hex();
    }

    private static Map<String, String> environment() {
        return new HashMap<>(Map.of(
                "BRIDGE_ADMIN_URL", "http://127.0.0.1:" + bridge.adminPort(), "BRIDGE_DATA_DIR", data.toString()));
    }

    private int run(String... arguments) {
        return run(environment(), arguments);
    }

    private int run(Map<String, String> environment, String... arguments) {
        Terminal terminal = new Terminal(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.commandLine(terminal).execute(arguments);
    }

    private List<String> printed() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
