package io.provisioningbridge.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.app.RunningBridge;
import io.provisioningbridge.app.Wiring;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.app.receipt.VerificationKey;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of devices by the operators' commands, at a bridge that runs, with a tunnel server's file. */
class DecommissionCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path data;

    @TempDir
    private static Path elsewhere;

    private static RunningBridge bridge;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

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
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        assertThat(Main.commandLine(new Terminal(environment, nowhere, nowhere)).execute("wireguard", "init"))
                .isZero();
        bridge = Wiring.production(((ConfigReading.Accepted) BridgeConfig.read(environment)).config());
    }

    @AfterAll
    static void stop() {
        if (bridge != null) {
            bridge.close();
        }
    }

    @Test
    void decommissionShouldWaitForTheReceiptAndSaveItForWhoeverVerifiesIt() throws Exception {
        enroll("end-001");

        assertThat(run("devices", "decommission", "end-001", "--reason", "sold on", "--wait", "60"))
                .as(complained())
                .isZero();

        assertThat(printed())
                .startsWith("end-001 is out of service.")
                .contains("end-001, incarnation 1", "  certificate-authority: done", "  tunnel: done")
                .anyMatch(line -> line.matches("  reason +sold on"))
                .anyMatch(line -> line.matches("  complete +yes"))
                .anyMatch(line -> line.startsWith("    projected: NOT observed: it was only written down"))
                .anyMatch(line -> line.matches("  [0-9A-F]+ +revoked +issued +\\S+Z"));
        Path saved = elsewhere.resolve("end-001.receipt");
        assertThat(run("devices", "receipt", "end-001", "--output", saved.toString()))
                .isZero();
        assertThat(Files.readString(saved)).matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\n");

        out.reset();
        assertThat(run("receipt", "verify", saved.toString())).isZero();
        assertThat(printed().get(0)).startsWith("Genuine: signed with key ");
        assertThat(printed()).contains("end-001, incarnation 1", "  tunnel: done");

        out.reset();
        assertThat(run("receipt", "verify", saved.toString(), "--json")).isZero();
        JsonNode receipt = JSON.readTree(String.join("\n", printed()));
        assertThat(receipt.path("complete").booleanValue()).isTrue();
        assertThat(complained()).isEmpty();
    }

    @Test
    void receiptShouldBeVerifiedByThePublicKeyAlone() throws Exception {
        enroll("alone-001");
        run("devices", "decommission", "alone-001", "--reason", "sold");
        out.reset();
        run("devices", "receipt", "alone-001");
        Path saved = Files.writeString(elsewhere.resolve("alone-001.receipt"), String.join("", printed()));
        out.reset();
        Path key = Files.copy(data.resolve("signing-key.pub.pem"), elsewhere.resolve("alone.pem"));

        assertThat(run(Map.of(), "receipt", "verify", saved.toString(), "--key", key.toString()))
                .as(complained())
                .isZero();
        assertThat(printed()).contains("alone-001, incarnation 1");
    }

    @Test
    void nothingShouldBePrintedOfAReceiptThatIsNotGenuine() throws Exception {
        enroll("forged-001");
        run("devices", "decommission", "forged-001", "--reason", "sold");
        out.reset();
        run("devices", "receipt", "forged-001");
        String[] parts = String.join("", printed()).split("\\.");
        out.reset();
        String payload = encoded("{\"device_id\":\"forged-001\",\"complete\":true}");
        ServerKey stranger = ServerKey.generate(new SecureRandom());
        Path strangersKey = Files.writeString(
                elsewhere.resolve("stranger.pem"),
                VerificationKey.of(stranger.publicKey()).pem());
        Path genuine = Files.writeString(elsewhere.resolve("genuine"), String.join(".", parts));

        assertForged(parts[0] + "." + payload + "." + parts[2], "the signature is wrong");
        assertForged(encoded("{\"alg\":\"none\"}") + "." + payload + ".", "another signature algorithm than ES256");
        assertForged(encoded("{\"alg\":\"HS256\"}") + "." + payload + ".AAAA", "another signature algorithm");
        assertForged("hello", "this is no receipt");
        assertThat(run("receipt", "verify", genuine.toString(), "--key", strangersKey.toString()))
                .isEqualTo(1);
        assertThat(complained()).contains("it names another key than this one");
        assertThat(run("receipt", "verify", genuine.toString(), "--key", genuine.toString()))
                .isEqualTo(1);
        assertThat(complained()).contains("there is no public key in PEM");
        assertThat(run("receipt", "verify", elsewhere.resolve("nothing").toString()))
                .isEqualTo(1);
        assertThat(complained()).contains("There is no file ");
        assertThat(printed()).isEmpty();
        assertThat(run("receipt", "verify")).isEqualTo(2);
    }

    @Test
    void decommissionShouldNeedAReasonAndADevice() throws Exception {
        enroll("keep-001");

        assertThat(run("devices", "decommission", "keep-001")).isEqualTo(2);
        assertThat(run("devices", "decommission", "keep-001", "--reason", "x", "--wait", "-1"))
                .isEqualTo(2);
        assertThat(run("devices", "decommission", "keep-002", "--reason", "x")).isEqualTo(1);
        assertThat(complained()).contains("The bridge answered 404: No device is enrolled as keep-002");
        assertThat(run("devices", "receipt", "keep-001")).isEqualTo(1);
        assertThat(complained()).contains("404: No device that goes by keep-001 is out of service");
        assertThat(printed()).isEmpty();
    }

    @Test
    void deviceShouldBeSuspendedResumedAndExplained() throws Exception {
        enroll("pause-001");

        assertThat(run("devices", "suspend", "pause-001", "--reason", "stolen?"))
                .isZero();
        assertThat(printed()).containsExactly("pause-001 is suspended.");
        out.reset();
        assertThat(run("devices", "explain", "PAUSE-001")).isZero();
        assertThat(printed())
                .startsWith("pause-001")
                .anyMatch(line -> line.startsWith("  An operator has suspended the device."))
                .anyMatch(line -> line.startsWith("  The tunnel server has been "))
                .anyMatch(line -> line.matches("  \\S+Z +device_suspended +operator, request \\S+ +stolen\\?"));
        out.reset();
        assertThat(run("devices", "resume", "pause-001")).isZero();
        assertThat(printed()).containsExactly("pause-001 is in service.");
        assertThat(run("devices", "readmit", "pause-001")).isEqualTo(1);
        assertThat(complained()).contains("The bridge answered 409: The device is enrolled");
        out.reset();
        assertThat(run("devices", "explain", "nobody", "--json")).isZero();
        assertThat(JSON.readTree(String.join("\n", printed())).path("rule").textValue())
                .isEqualTo("stranger");
    }

    @Test
    void readmittedDeviceShouldEnrollAnew() throws Exception {
        enroll("again-001");
        assertThat(run("devices", "decommission", "again-001", "--reason", "sold", "--wait", "60"))
                .isZero();
        out.reset();

        assertThat(run("devices", "readmit", "again-001", "--reason", "bought back"))
                .as(complained())
                .isZero();

        assertThat(printed()).containsExactly("again-001 may enroll anew.");
        enroll("again-001");
        out.reset();
        run("devices", "show", "again-001");
        assertThat(printed())
                .contains("Outside systems")
                .anyMatch(line -> line.contains("incarnation 2"))
                .anyMatch(line -> line.matches("  tunnel +(due|done) +\\S+Z .*"));
    }

    @Test
    void lanesShouldBeListedAndRetried() throws Exception {
        enroll("lane-001");

        assertThat(run("lanes")).isZero();
        assertThat(printed()).containsExactly("No lane has failed.");
        out.reset();
        assertThat(run("lanes", "retry", "--system", "tunnel", "--device", "lane-001"))
                .as(complained())
                .isZero();
        assertThat(run("lanes", "retry", "--system", "tunnel", "--all-failed")).isZero();
        assertThat(printed()).containsExactly("1 to be tried again.", "0 to be tried again.");
        assertThat(run("lanes", "--state", "lost")).isEqualTo(1);
        assertThat(complained()).contains("'state' is one of: due, done, failed.");
        assertThat(run("lanes", "retry", "--system", "hub", "--all-failed")).isEqualTo(1);
        assertThat(complained())
                .contains("'system' is one of: certificate-authority, tunnel, update-server, platform.");
        assertThat(run("lanes", "retry", "--system", "tunnel")).isEqualTo(2);
        assertThat(run("lanes", "retry", "--all-failed")).isEqualTo(2);
    }

    private void assertForged(String receipt, String why) throws Exception {
        Path file = Files.writeString(elsewhere.resolve("forged"), receipt);

        assertThat(run("receipt", "verify", file.toString())).isEqualTo(1);

        assertThat(complained()).contains("NOT GENUINE: " + file + ": ").contains(why);
        err.reset();
    }

    private static String encoded(String json) {
        return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void enroll(String id) throws Exception {
        String body = JSON.createObjectNode()
                .put("csr_pem", CsrBuilder.forDevice(id).key(DeviceKey.p256()).pem())
                .toString();
        URI url = URI.create("http://127.0.0.1:" + bridge.port() + "/devices/" + id + "/enroll");
        var response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(url)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    private int run(String... arguments) {
        return run(
                new HashMap<>(Map.of(
                        "BRIDGE_ADMIN_URL",
                        "http://127.0.0.1:" + bridge.adminPort(),
                        "BRIDGE_DATA_DIR",
                        data.toString())),
                arguments);
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
