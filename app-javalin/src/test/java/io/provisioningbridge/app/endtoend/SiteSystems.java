package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.provisioningbridge.testkit.server.HawkbitInNetwork;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.NetworkNamespace;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A real hawkBit and a simulated ThingsBoard in a site's network, whose MQTT server has a certificate of the site's step-ca. */
final class SiteSystems implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SERVER_SCOPE = "/values/attributes/SERVER_SCOPE?keys=";

    private final NetworkNamespace network;
    private final String address;
    private final CompletableFuture<HawkbitInNetwork> hawkbit;
    private final ThingsBoardInNetwork thingsBoard;

    private SiteSystems(
            NetworkNamespace network,
            String address,
            CompletableFuture<HawkbitInNetwork> hawkbit,
            ThingsBoardInNetwork thingsBoard) {
        this.network = network;
        this.address = address;
        this.hawkbit = hawkbit;
        this.thingsBoard = thingsBoard;
    }

    /** hawkBit is still starting when this returns. */
    static SiteSystems start(NetworkNamespace network, String address, Path directory, StepCaServer stepCa)
            throws Exception {
        CompletableFuture<HawkbitInNetwork> hawkbit =
                CompletableFuture.supplyAsync(() -> HawkbitInNetwork.start(network, address));
        try {
            return new SiteSystems(
                    network, address, hawkbit, ThingsBoardInNetwork.start(network, address, directory, stepCa));
        } catch (Exception | AssertionError e) {
            closeOnceStarted(hawkbit);
            throw e;
        }
    }

    /** What the bridge is told of them. */
    Map<String, String> environment() {
        String hawkbitUrl = HawkbitInNetwork.urlAt(address).toString();
        return Map.of(
                "HAWKBIT_URL",
                hawkbitUrl,
                "HAWKBIT_USER",
                HawkbitServer.USER,
                "HAWKBIT_PASSWORD",
                HawkbitServer.PASSWORD,
                "HAWKBIT_PUBLIC_URL",
                hawkbitUrl,
                "HAWKBIT_TARGET_TOKENS",
                "on",
                "THINGSBOARD_URL",
                thingsBoard.url(),
                "THINGSBOARD_API_KEY",
                thingsBoard.apiKey(),
                "MQTT_PUBLIC_ENDPOINT",
                address + ":" + thingsBoard.mqttPort());
    }

    /** Until hawkBit serves, too. */
    void awaitAll() {
        hawkbit.join();
    }

    /** What hawkBit knows of the device; a missing node when it does not know it. */
    JsonNode target(String id) throws IOException {
        HawkbitInNetwork.Answer answer = hawkbit.join().manage("GET", "/targets/" + id, "");
        assertThat(answer.status()).isIn(200, 404);
        return answer.status() == 404 ? MissingNode.getInstance() : JSON.readTree(answer.body());
    }

    /** Whether ThingsBoard has a device of this name. */
    boolean hasDevice(String name) throws IOException {
        return !device(name).isMissingNode();
    }

    /** Value of a server attribute of the device; a missing node when there is none. */
    JsonNode attribute(String name, String key) throws IOException {
        String id = device(name).at("/id/id").asText();
        return askThingsBoard("/api/plugins/telemetry/DEVICE/" + id + SERVER_SCOPE + key)
                .at("/0/value");
    }

    private JsonNode device(String name) throws IOException {
        return askThingsBoard("/api/tenant/devices?deviceName=" + name);
    }

    private JsonNode askThingsBoard(String path) throws IOException {
        String output = network.run(
                "curl",
                "-sS",
                "-H",
                "X-Authorization: ApiKey " + thingsBoard.apiKey(),
                "-w",
                "\n%{http_code}",
                thingsBoard.url() + path);
        int end = output.lastIndexOf('\n');
        String status = output.substring(end + 1).strip();
        assertThat(status).as(output).isIn("200", "404");
        return status.equals("404") ? MissingNode.getInstance() : JSON.readTree(output.substring(0, end));
    }

    @Override
    public void close() {
        thingsBoard.close();
        closeOnceStarted(hawkbit);
    }

    private static void closeOnceStarted(CompletableFuture<HawkbitInNetwork> hawkbit) {
        try {
            hawkbit.join().close();
        } catch (CompletionException neverStarted) {
            // Then there is nothing to close, and whoever waited for it was told why.
        }
    }
}
