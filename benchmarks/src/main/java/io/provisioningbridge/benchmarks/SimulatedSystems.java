package io.provisioningbridge.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.simulators.hawkbit.HawkbitSimulator;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A ThingsBoard and a hawkBit in the process of the load generator, faster than real ones. */
final class SimulatedSystems implements AutoCloseable {

    private static final String PROFILE = "provisioning-bridge";
    private static final String USER = "bridge";
    private static final String PASSWORD = "benchmark";

    private final ThingsBoardSimulator thingsBoard;
    private final HawkbitSimulator hawkbit = HawkbitSimulator.start(USER, PASSWORD, new SecureRandom());
    private final String apiKey;

    SimulatedSystems() throws IOException, InterruptedException {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate server =
                CertificateHierarchy.of("Root", "Issuing").issue(key.getPublic(), "localhost", List.of("localhost"));
        thingsBoard = new ThingsBoardSimulator(
                new ServerIdentity(key.getPrivate(), List.of(server)), InstantSource.system(), Timing.REAL);
        apiKey = thingsBoard.newApiKey();
        addProfile();
    }

    /** Without a rule chain: it is the load generator that calls the webhook. */
    private void addProfile() throws IOException, InterruptedException {
        byte[] profile = new ObjectMapper().writeValueAsBytes(Map.of("name", PROFILE, "provisionType", "DISABLED"));
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(thingsBoard.url() + "/api/deviceProfile"))
                                .header("X-Authorization", "ApiKey " + apiKey)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(profile))
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("the profile was not taken: " + response.body());
        }
    }

    /** The part of the bridge's configuration that is about them. */
    Map<String, String> configuration() {
        return Map.of(
                "HAWKBIT_URL", hawkbit.url().toString(),
                "HAWKBIT_USER", USER,
                "HAWKBIT_PASSWORD", PASSWORD,
                "THINGSBOARD_URL", thingsBoard.url().toString(),
                "THINGSBOARD_API_KEY", apiKey,
                "THINGSBOARD_DEVICE_PROFILE", PROFILE);
    }

    /** A device connects with its certificate, and ThingsBoard remembers when; it tells nobody. */
    void connect(X509Certificate leaf) {
        if (!thingsBoard.connect(List.of(leaf))) {
            throw new IllegalStateException("not admitted: " + leaf.getSubjectX500Principal());
        }
    }

    @Override
    public void close() {
        thingsBoard.close();
        hawkbit.close();
    }
}
