package io.provisioningbridge.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.adapter.stepca.FingerprintTrust;
import io.provisioningbridge.adapter.stepca.PinnedTrust;
import io.provisioningbridge.adapter.wireguard.X25519;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a device does at its first start: it knows the bridge's URL and the fingerprint of a root CA, makes its keys, and
 * enrolls. Both private keys stay with it.
 */
final class SimulatedDevice {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int ATTEMPTS = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String id;
    private final URI bridge;
    private final CertificateFingerprint root;
    private final ServerKey key;
    private final PeerKeyPair tunnelKeys;

    SimulatedDevice(String id, URI bridge, CertificateFingerprint root, SecureRandom random) {
        this.id = id;
        this.bridge = bridge;
        this.root = root;
        this.key = ServerKey.generate(random);
        this.tunnelKeys = X25519.generate(random);
    }

    /**
     * What it saves.
     *
     * @param certificate its own, PEM
     * @param chain every one above it, PEM
     * @param tunnel {@code wg0.conf} with its private key
     */
    record Saved(String certificate, String chain, String tunnel) {}

    /** @throws IOException the bridge is not reached, is not the one with that root, or refuses */
    Saved enroll() throws IOException, InterruptedException {
        PinnedTrust trust = trust();
        HttpClient client = HttpClient.newBuilder().sslContext(trust.context()).build();
        HttpRequest request = HttpRequest.newBuilder(bridge.resolve("/devices/" + id + "/enroll"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body()))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("the bridge answered " + response.statusCode() + ": " + response.body());
        }
        JsonNode answer = JSON.readTree(response.body());
        return new Saved(
                answer.required("cert").asText(),
                answer.required("ca_chain").asText(),
                answer.required("wg")
                        .asText()
                        .replace(
                                TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER,
                                tunnelKeys.privateKey().reveal()));
    }

    /** A bridge that has just started may still wait for its own certificate. */
    private PinnedTrust trust() throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return FingerprintTrust.ofBridge(bridge, root, TIMEOUT);
            } catch (BackendUnavailableException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException(e.getMessage(), e);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        }
    }

    private String body() throws IOException {
        return JSON.writeValueAsString(Map.of(
                "csr_pem", Pem.of("CERTIFICATE REQUEST", key.certificateRequest(List.of(id))),
                "wg_public_key", tunnelKeys.publicKey().base64(),
                "device_type", "simulated"));
    }
}
