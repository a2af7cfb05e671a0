package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A bridge in front of a real step-ca, and in front of the bridge the network that devices reach it by. */
final class BridgeAtStepCa implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final StepCaServer stepCa;
    private final Path directory;
    private final Map<String, String> environment;
    private final Relay relay;
    private BridgeProcess bridge;

    private BridgeAtStepCa(StepCaServer stepCa, Path directory, Map<String, String> environment) {
        this.stepCa = stepCa;
        this.directory = directory;
        this.environment = environment;
        this.bridge = BridgeProcess.serve(directory, environment);
        this.relay = new Relay(bridge.listeningOn());
        DeviceClient.of(bridge, stepCa.rootFingerprint());
    }

    /** Ready to enroll devices. */
    static BridgeAtStepCa start(Path directory, Map<String, String> more) {
        StepCaServer stepCa = StepCaServer.initializedByStep("iot-bridge", "provisioner-secret");
        return start(stepCa, "iot-bridge", "provisioner-secret", directory, more);
    }

    /** The same at a step-ca of the caller's making, which is closed with it. */
    static BridgeAtStepCa start(
            StepCaServer stepCa, String provisioner, String password, Path directory, Map<String, String> more) {
        Map<String, String> environment =
                new TreeMap<>(EnrollmentAtStepCaTest.seedVariables(stepCa, provisioner, password));
        environment.put("BRIDGE_LISTEN", "127.0.0.1:0");
        environment.putAll(more);
        return new BridgeAtStepCa(stepCa, directory, environment);
    }

    ScriptedDevice device(DeviceShell shell, Path directory, String id) throws IOException, InterruptedException {
        return new ScriptedDevice(shell, directory, id, relay.url(), stepCa.rootFingerprint());
    }

    Relay relay() {
        return relay;
    }

    StepCaServer stepCa() {
        return stepCa;
    }

    int port() {
        return bridge.listeningOn();
    }

    /** SIGKILL. */
    void kill() {
        bridge.kill();
    }

    /** With the same data, as after a crash. */
    void startAgain() {
        bridge = BridgeProcess.serve(directory, environment);
        relay.leadTo(bridge.listeningOn());
    }

    /** What the WireGuard server is told: device id to address. */
    Map<String, String> peers() throws IOException {
        return JSON.readValue(
                directory.resolve("data/wireguard/cdm_peers.json").toFile(),
                new TypeReference<Map<String, String>>() {});
    }

    /** The operator's view of the device. */
    JsonNode device(String id) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(bridge.operator("/devices/" + id).GET().build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    void allowReenrollment(String id, String keyHash) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        bridge.operator("/devices/" + id + "/allow-reenrollment")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"key_sha256\":\"" + keyHash + "\"}"))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    @Override
    public void close() throws IOException {
        relay.close();
        bridge.close();
        stepCa.close();
    }
}
