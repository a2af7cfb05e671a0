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
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a device does: it knows the bridge's URL and the fingerprint of a root CA, makes its keys, enrolls, connects to the
 * platform and asks for updates. Both private keys stay with it; {@link #loseEverything} makes it forget them.
 */
final class SimulatedDevice {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int ATTEMPTS = 60;
    private static final int CONFLICT = 409;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String id;
    private final URI bridge;
    private final CertificateFingerprint root;
    private final SecureRandom random;
    private final HttpClient plain = HttpClient.newHttpClient();
    private ServerKey key;
    private PeerKeyPair tunnelKeys;

    SimulatedDevice(String id, URI bridge, CertificateFingerprint root, SecureRandom random) {
        this.id = id;
        this.bridge = bridge;
        this.root = root;
        this.random = random;
        this.key = ServerKey.generate(random);
        this.tunnelKeys = X25519.generate(random);
    }

    /**
     * What it saves.
     *
     * @param certificate its own, PEM
     * @param chain every one above it, PEM
     * @param tunnel {@code wg0.conf} with its private key
     * @param services what it was told of other servers
     */
    record Saved(String certificate, String chain, String tunnel, JsonNode services) {}

    String id() {
        return id;
    }

    /** Its storage is wiped: from now on it has other keys. */
    void loseEverything() {
        key = ServerKey.generate(random);
        tunnelKeys = X25519.generate(random);
    }

    /** @throws IOException the bridge is not reached, is not the one with that root, or refuses */
    Saved enroll() throws IOException, InterruptedException {
        HttpResponse<String> response = ask();
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
                                tunnelKeys.privateKey().reveal()),
                answer.path("services"));
    }

    /**
     * Enrolls in vain, since nothing proves that it is that device.
     *
     * @return SHA-256 of its new key, which an operator can allow
     */
    String tryToEnroll() throws IOException, InterruptedException {
        HttpResponse<String> response = ask();
        if (response.statusCode() != CONFLICT) {
            throw new IOException("the bridge answered " + response.statusCode() + " instead of 409");
        }
        return JSON.readTree(response.body()).required("key_sha256").asText();
    }

    private HttpResponse<String> ask() throws IOException, InterruptedException {
        HttpClient client =
                HttpClient.newBuilder().sslContext(trust().context()).build();
        HttpRequest request = HttpRequest.newBuilder(bridge.resolve("/devices/" + id + "/enroll"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body()))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    /** A bridge that has just started may still wait for its own certificate. */
    PinnedTrust trust() throws IOException, InterruptedException {
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

    /**
     * Connects with its certificate; one that was enrolled just now may have to try again until the platform knows it.
     *
     * @param server the platform's own certificate
     */
    MqttSession connect(Saved saved, X509Certificate server) throws IOException, InterruptedException {
        JsonNode mqtt = saved.services().required("mqtt");
        SSLContext context = context(saved, server);
        for (int attempt = 1; ; attempt++) {
            try {
                return MqttSession.open(
                        mqtt.required("host").asText(), mqtt.required("port").asInt(), context, id);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException(id + " cannot connect: " + e.getMessage(), e);
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        }
    }

    private SSLContext context(Saved saved, X509Certificate server) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        chain.addAll(Pem.parseCertificates(saved.certificate()).orThrow());
        chain.addAll(Pem.parseCertificates(saved.chain()).orThrow());
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry("platform", server);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new OneKey(key.privateKey(), chain)}, trust.getTrustManagers(), random);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS with the device's certificate: " + e.getMessage(), e);
        }
    }

    /** Asks for updates with the token it was told. @return the status of the answer */
    int poll(Saved saved) throws IOException, InterruptedException {
        JsonNode hawkbit = saved.services().required("hawkbit");
        return poll(saved, "TargetToken " + hawkbit.required("target_token").asText());
    }

    /** Asks for updates with what it shows. @return the status of the answer */
    int poll(Saved saved, String authorization) throws IOException, InterruptedException {
        JsonNode hawkbit = saved.services().required("hawkbit");
        URI url = URI.create(hawkbit.required("url").asText() + "/"
                + hawkbit.required("tenant").asText() + "/controller/v1/"
                + hawkbit.required("controller_id").asText());
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Authorization", authorization)
                .build();
        return plain.send(request, BodyHandlers.discarding()).statusCode();
    }
}
