package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A simulated ThingsBoard on which the shipped profile and rule chain are installed. */
final class InstalledPlatform implements AutoCloseable {

    static final String SECRET = "the webhook's secret";

    private static final Path SHIPPED = Path.of("..", "deploy", "thingsboard");

    final CertificateHierarchy hierarchy = CertificateHierarchy.of("Root", "Issuing");
    final SettableClock clock = new SettableClock(Instant.now());
    final ThingsBoardSimulator simulator;
    final String profileId;
    private final String apiKey;
    private final HttpClient client = HttpClient.newHttpClient();

    /** @param profile name of the shipped file */
    InstalledPlatform(String profile, URI webhook) throws IOException {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate server = hierarchy.issue(key.getPublic(), "localhost", List.of("127.0.0.1"));
        simulator = new ThingsBoardSimulator(
                new ServerIdentity(key.getPrivate(), List.of(server, hierarchy.issuing())),
                clock,
                new Timing(Duration.ofMillis(300), Duration.ofSeconds(2)));
        apiKey = simulator.newApiKey();
        JsonNode shipped = shipped("rule-chain.json", "@WEBHOOK_URL@", webhook.toString(), "@WEBHOOK_SECRET@", SECRET);
        JsonNode chain = post("/api/ruleChain", shipped.path("ruleChain"));
        ObjectNode metadata = shipped.path("metadata").deepCopy();
        metadata.set("ruleChainId", chain.path("id"));
        post("/api/ruleChain/metadata", metadata);
        JsonNode posted = shipped(
                profile,
                "@PROFILE_NAME@",
                "bridge devices",
                "@RULE_CHAIN_ID@",
                chain.path("id").path("id").asText(),
                "@CA_PEM@",
                Pem.of(hierarchy.issuing()));
        profileId = post("/api/deviceProfile", posted).path("id").path("id").asText();
    }

    private static JsonNode shipped(String file, String... replacements) throws IOException {
        String text = Files.readString(SHIPPED.resolve(file));
        for (int i = 0; i < replacements.length; i += 2) {
            text = text.replace(replacements[i], replacements[i + 1].replace("\n", "\\n"));
        }
        if (text.contains("@")) {
            throw new IllegalStateException("a placeholder is left in " + file);
        }
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @return the device's id */
    String createDevice(String name, X509Certificate leaf) {
        ObjectNode body = Json.object();
        body.putObject("device").put("name", name).set("deviceProfileId", Json.id("DEVICE_PROFILE", profileId));
        body.putObject("credentials").put("credentialsType", Credential.X509).put("credentialsValue", Pem.of(leaf));
        return post("/api/device-with-credentials", body).path("id").path("id").asText();
    }

    void switchCertificate(String deviceId, X509Certificate leaf) {
        ObjectNode credentials = (ObjectNode) get("/api/device/" + deviceId + "/credentials");
        post("/api/device/credentials", credentials.put("credentialsValue", Pem.of(leaf)));
    }

    String credentialsId(String deviceId) {
        return get("/api/device/" + deviceId + "/credentials")
                .path("credentialsId")
                .asText();
    }

    static String credentialsIdOf(X509Certificate leaf) {
        return Credential.hash(Credential.text(leaf));
    }

    /** A device with a new key, and the issuing certificate above its own where {@code withIssuer}. */
    MqttDevice device(String name, boolean withIssuer) {
        KeyPair key = CertificateHierarchy.newKey();
        return new MqttDevice(
                simulator.mqttPort(),
                hierarchy.root(),
                key,
                hierarchy.issue(key.getPublic(), name, List.of(name)),
                withIssuer ? List.of(hierarchy.issuing()) : List.of());
    }

    JsonNode post(String path, JsonNode body) {
        return expectSuccess(send("POST", path, BodyPublishers.ofByteArray(Json.bytes(body))));
    }

    JsonNode get(String path) {
        return expectSuccess(send("GET", path, BodyPublishers.noBody()));
    }

    HttpResponse<byte[]> send(String method, String path, HttpRequest.BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(simulator.url() + path))
                .header("Authorization", "ApiKey " + apiKey)
                .method(method, body)
                .build();
        try {
            return client.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode expectSuccess(HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            throw new IllegalStateException(
                    response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
        }
        try {
            return Json.parse(response.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        simulator.close();
    }
}
