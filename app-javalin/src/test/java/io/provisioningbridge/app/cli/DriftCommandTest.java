package io.provisioningbridge.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.app.RunningBridge;
import io.provisioningbridge.app.Wiring;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./bridge drift} against a bridge that runs, with SQLite, the embedded authority and files for the tunnel server. */
class DriftCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path data;

    private RunningBridge bridge;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        ConfigReading reading = BridgeConfig.read(Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_DATA_DIR", data.toString(),
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "BRIDGE_ADMIN_LISTEN", "127.0.0.1:0",
                "BRIDGE_TLS", "off",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64()));
        Files.createDirectories(serverFile().getParent());
        Files.writeString(
                serverFile(),
                "[Interface]\nPrivateKey = " + new Seeded(2).peerKey().base64() + "\nListenPort = 51820\n");
        bridge = Wiring.production(((ConfigReading.Accepted) reading).config());
    }

    @AfterEach
    void stop() {
        bridge.close();
    }

    @Test
    void nothingToReportShouldBeSaidAndEndWithZero() throws Exception {
        enroll("dev-001");
        awaitNothingDiffers();

        assertThat(printed())
                .contains("Nothing was found to differ.")
                .anyMatch(line -> line.matches("  certificates +compared"))
                .anyMatch(line -> line.matches("  tunnel +compared"))
                .anyMatch(line -> line.matches("  peer-directory +compared"));
        assertThat(readiness("ok").path("status").textValue()).isEqualTo("ok");
    }

    @Test
    void findingsShouldBeGroupedWithWhatToDoAndRepaired() throws Exception {
        enroll("dev-001");
        enroll("dev-002");
        awaitNothingDiffers();
        String right = Files.readString(peersFile());
        Files.writeString(peersFile(), "{\"dev-001\":\"10.8.0.99\"}");

        assertThat(run("drift")).isEqualTo(4);
        assertThat(printed())
                .contains(
                        "missing-entry (1): The peers file does not name a device.",
                        "wrong-entry (1): The peers file gives a device another address.",
                        "  What to do: ./bridge drift --repair has it put right.",
                        "2 findings.")
                .anyMatch(line -> line.matches("  dev-001 +10\\.8\\.0\\.99 instead of 10\\.8\\.0\\.\\d"));
        assertThat(peersFile()).content().contains("10.8.0.99");
        assertThat(readiness("failing").path("detail").textValue()).startsWith("2 findings ");

        assertThat(run("drift", "--last", "--type", "wrong-entry")).isEqualTo(4);
        assertThat(printed())
                .anyMatch(line -> line.startsWith("wrong-entry"))
                .noneMatch(line -> line.startsWith("miss"));

        assertThat(run("drift", "--last", "--json")).isEqualTo(4);
        assertThat(JSON.readTree(String.join("\n", printed())).path("findings").findValuesAsText("type"))
                .containsExactly("missing-entry", "wrong-entry");

        assertThat(run("drift", "--repair")).isEqualTo(4);
        assertThat(printed()).contains("No device has to be worked on.", "The peers file is written again.");
        awaitNothingDiffers();
        assertThat(peersFile()).content().isEqualTo(right);
    }

    @Test
    void whatIsNotTheBridgesShouldBeShownAndLeftAlone() throws Exception {
        enroll("dev-001");
        awaitNothingDiffers();
        String theirs = "[Peer]\nPublicKey = " + new Seeded(3).peerKey().base64() + "\nAllowedIPs = 10.8.0.200/32\n";
        Files.writeString(
                serverFile(),
                Files.readString(serverFile()).replace("ListenPort = 51820\n", "ListenPort = 51820\n\n" + theirs));

        assertThat(run("drift", "--repair")).isEqualTo(4);

        assertThat(printed())
                .anyMatch(line -> line.startsWith("orphan-peer (1): "))
                .anyMatch(line -> line.contains("It is left alone"))
                .anyMatch(line -> line.startsWith("Nothing is done about 1 finding: "));
        assertThat(serverFile()).content().contains(theirs);
        assertThat(readiness("ok").path("status").textValue()).isEqualTo("ok");
    }

    @Test
    void whatThePlatformReportsAsDeletedShouldBeLookedAtUnasked() throws Exception {
        enroll("dev-001");
        String secret = Files.readString(data.resolve("webhook-secret")).strip();
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bridge.port() + "/webhooks/thingsboard"))
                        .header("X-Webhook-Secret", secret)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"event\":\"ENTITY_DELETED\",\"deviceName\":\"dev-001\"}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);

        long end = System.nanoTime() + PATIENCE.toNanos();
        do {
            assertThat(System.nanoTime()).as("nothing was compared").isLessThan(end);
            run("drift", "--last");
        } while (!printed().get(0).startsWith("Compared from "));
    }

    @Test
    void aSystemThatCannotBeComparedShouldBeNamed() throws Exception {
        Files.delete(serverFile());

        assertThat(run("drift")).isEqualTo(1);

        assertThat(printed()).anyMatch(line -> line.matches("  tunnel +could not be compared: .*is not there.*"));
    }

    @Test
    void viewerShouldSeeTheLastComparisonOnly() throws Exception {
        Map<String, String> viewer = environment();
        viewer.put("BRIDGE_OPERATOR_TOKEN_FILE", data.resolve("viewer-token").toString());

        assertThat(run(viewer, "drift", "--last")).isEqualTo(1);
        assertThat(printed())
                .containsExactly(
                        "Nothing was compared since the bridge was started; './bridge drift' without --last does it.");
        assertThat(run(viewer, "drift")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("403: Use the operator's token for this.");
        assertThat(run("drift", "--wait", "-1")).isEqualTo(2);
        assertThat(run("drift", "--last", "--type", "peer")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("'type' is one of: live-certificate, ");
    }

    @Test
    void repairOfOneTypeAloneShouldBeRefusedBecauseItWouldRepairEverything() {
        assertThat(run("drift", "--type", "missing-peer", "--repair")).isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--repair puts everything right that was found");
        assertThat(printed()).isEmpty();
    }

    /** What the lanes have not done yet, and the file that is not published yet, are no drift. */
    private void awaitNothingDiffers() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (run("drift") != 0) {
            assertThat(System.nanoTime()).as(() -> String.join("\n", printed())).isLessThan(end);
        }
    }

    private Path serverFile() {
        return data.resolve("wireguard/wg_confs/wg0.conf");
    }

    private Path peersFile() {
        return data.resolve("wireguard/cdm_peers.json");
    }

    private void enroll(String id) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bridge.port() + "/devices/" + id + "/enroll"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.createObjectNode()
                                .put("csr_pem", CsrBuilder.forDevice(id).pem())
                                .toString()))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** The check, once it is as expected; as it is after a while otherwise. */
    private JsonNode readiness(String status) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode now = check("drift");
        while (!now.path("status").textValue().equals(status) && System.nanoTime() < end) {
            now = check("drift");
        }
        return now;
    }

    private JsonNode check(String name) throws IOException, InterruptedException {
        JsonNode answer = JSON.readTree(http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bridge.port() + "/health/ready"))
                                .build(),
                        BodyHandlers.ofString())
                .body());
        for (JsonNode check : answer.path("checks")) {
            if (check.path("name").textValue().equals(name)) {
                return check;
            }
        }
        throw new AssertionError("there is no check " + name + ": " + answer);
    }

    private Map<String, String> environment() {
        return new HashMap<>(Map.of(
                "BRIDGE_ADMIN_URL", "http://127.0.0.1:" + bridge.adminPort(), "BRIDGE_DATA_DIR", data.toString()));
    }

    private int run(String... arguments) {
        return run(environment(), arguments);
    }

    private int run(Map<String, String> environment, String... arguments) {
        out.reset();
        Terminal terminal = new Terminal(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.commandLine(terminal).execute(arguments);
    }

    private List<String> printed() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
