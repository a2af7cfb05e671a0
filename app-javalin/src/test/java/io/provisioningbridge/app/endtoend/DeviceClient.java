package io.provisioningbridge.app.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.adapter.stepca.FingerprintTrust;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/** Posts requests as devices do, over TLS that is trusted by a root's fingerprint. Safe for concurrent use. */
final class DeviceClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final URI bridge;
    private final HttpClient client;

    private DeviceClient(URI bridge, HttpClient client) {
        this.bridge = bridge;
        this.client = client;
    }

    /** Waits until the bridge has its certificate. */
    static DeviceClient of(BridgeProcess bridge, String rootFingerprint) {
        URI url = URI.create("https://localhost:" + bridge.listeningOn());
        Instant end = Instant.now().plus(TIMEOUT);
        while (true) {
            try {
                var trust = FingerprintTrust.ofBridge(
                        url, new CertificateFingerprint(rootFingerprint), Duration.ofSeconds(10));
                return new DeviceClient(
                        url, HttpClient.newBuilder().sslContext(trust.context()).build());
            } catch (BackendUnavailableException notYet) {
                if (Instant.now().isAfter(end)) {
                    throw new AssertionError("no trust in the bridge; it printed:\n" + bridge.log(), notYet);
                }
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
        }
    }

    /** Of a bridge whose CA is embedded, in its usual data directory. */
    static DeviceClient ofEmbedded(BridgeProcess bridge) throws IOException {
        String root = Files.readString(bridge.directory().resolve("data/ca/root.crt"));
        return of(
                bridge,
                CertificateFingerprint.of(Pem.parseCertificates(root).orThrow().get(0))
                        .hex());
    }

    /** Trusts what this trusts. */
    SSLContext trust() {
        return client.sslContext();
    }

    /** What came back. */
    record Answer(int status, HttpResponse<String> response, JsonNode body) {

        String text(String member) {
            return body.required(member).asText();
        }

        /** What must be the same each time the same is asked. */
        String identity() {
            return text("cert") + text("ca_chain") + text("wireguard_ip");
        }
    }

    Answer enroll(String id, String csrPem) throws IOException, InterruptedException {
        return post(id, JSON.createObjectNode().put("csr_pem", csrPem));
    }

    Answer enroll(String id, String csrPem, String peerKey) throws IOException, InterruptedException {
        return post(id, JSON.createObjectNode().put("csr_pem", csrPem).put("wg_public_key", peerKey));
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(bridge.resolve(path)));
    }

    private Answer post(String id, ObjectNode body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(bridge.resolve("/devices/" + id + "/enroll"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), response, JSON.readTree(response.body()));
    }
}
