package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** A simulated ThingsBoard with a device profile, and adapters for it. */
final class SimulatedPlatform implements AutoCloseable {

    /** A header of the requests that the test itself makes. */
    static final String PAST_THE_ADAPTER = "X-Past-The-Adapter";

    static final String PROFILE = "provisioning-bridge";

    final CertificateHierarchy hierarchy = CertificateHierarchy.of("Root", "Issuing");
    final ThingsBoardSimulator simulator;
    private final ThingsBoardMode mode;
    private final String apiKey;
    private final HttpClient client = HttpClient.newHttpClient();

    /** @param createsDevices whether a chain profile makes devices, as it should not */
    SimulatedPlatform(ThingsBoardMode mode, boolean createsDevices) {
        this.mode = mode;
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate leaf = hierarchy.issue(key.getPublic(), "localhost", List.of("localhost"));
        this.simulator = new ThingsBoardSimulator(
                new ServerIdentity(key.getPrivate(), List.of(leaf)), InstantSource.system(), Timing.REAL);
        this.apiKey = simulator.newApiKey();
        post("/api/deviceProfile", profile(createsDevices));
    }

    static SimulatedPlatform managed() {
        return new SimulatedPlatform(ThingsBoardMode.MANAGED, false);
    }

    ThingsBoardSettings settings() {
        return settings(simulator.url(), new ThingsBoardLogin.ApiKey(new Secret(apiKey)));
    }

    ThingsBoardSettings settingsWithPassword(String password) {
        return settings(simulator.url(), new ThingsBoardLogin.Password(simulator.user(), new Secret(password)));
    }

    ThingsBoardSettings settings(URI url, ThingsBoardLogin login) {
        return ThingsBoardSettings.of(url, login, mode, PROFILE)
                .withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(10));
    }

    ThingsBoardDevicePlatform adapter() {
        return new ThingsBoardDevicePlatform(settings());
    }

    /** Any request, past the adapter. */
    JsonNode post(String path, JsonNode body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body))));
    }

    JsonNode get(String path) {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(simulator.url() + path))
                .header(PAST_THE_ADAPTER, "yes")
                .header("X-Authorization", "ApiKey " + apiKey);
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
            }
            return Json.parse(response.body()).orElseGet(Json::object);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private ObjectNode profile(boolean createsDevices) {
        ObjectNode profile = Json.object().put("name", PROFILE).put("type", "DEFAULT");
        String type = mode == ThingsBoardMode.CHAIN ? "X509_CERTIFICATE_CHAIN" : "DISABLED";
        ObjectNode provision = profile.put("provisionType", type)
                .putObject("profileData")
                .putObject("provisionConfiguration")
                .put("type", type);
        if (mode == ThingsBoardMode.CHAIN) {
            provision
                    .put("provisionDeviceSecret", Pem.of(hierarchy.issuing()))
                    .put("certificateRegExPattern", "^([A-Za-z0-9._-]{1,64})$")
                    .put("allowCreateNewDevicesByX509Certificate", createsDevices);
        }
        return profile;
    }

    /** A device's certificate from the authority of the profile. */
    X509Certificate issue(String name) {
        return hierarchy.issue(CertificateHierarchy.newKey().getPublic(), name, List.of(name));
    }

    @Override
    public void close() {
        simulator.close();
    }
}
