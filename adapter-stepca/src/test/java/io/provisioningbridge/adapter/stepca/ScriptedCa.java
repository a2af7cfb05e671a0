package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An HTTPS server that answers like step-ca where the test does not say otherwise: for what a real one does not do on demand.
 * Safe for concurrent use.
 */
final class ScriptedCa implements AutoCloseable {

    final CertificateHierarchy hierarchy;
    final StepCaProvisioner provisioner = StepCaProvisioner.of("bridge", PASSWORD)
            .iterations(1000)
            .byPurpose()
            .renewalDisabled();

    /** Bodies of the sign requests, in the order they came. */
    final List<JsonNode> signRequests = new CopyOnWriteArrayList<>();

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, HttpHandler> answers = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpsServer server;

    ScriptedCa() {
        this(CertificateHierarchy.of("Root", "ICA", "Sub-CA"), 0, "localhost");
    }

    /** @param name the DNS name its certificate is for */
    ScriptedCa(CertificateHierarchy hierarchy, int port, String name) {
        this.hierarchy = hierarchy;
        try {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(serverContext(hierarchy, name)));
            server.setExecutor(threads);
            server.createContext("/", this::serve);
            server.start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        List<X509Certificate> below = belowTheRoot();
        on("/root/" + fingerprint(), 200, Json.object().put("ca", Pem.of(hierarchy.root())));
        on("/1.0/intermediates", 201, crts(below));
        on("/roots", 201, crts(List.of(hierarchy.root())));
        on("/roots.pem", exchange -> answer(exchange, 200, Pem.of(hierarchy.root())));
        on("/health", 200, Json.object().put("status", "ok"));
        on(
                "/1.0/provisioners",
                exchange ->
                        answer(exchange, 200, "{\"provisioners\":[" + provisioner.json() + "],\"nextCursor\":\"\"}"));
    }

    /** From now on this path is answered so. */
    void on(String path, HttpHandler answer) {
        answers.put(path, answer);
    }

    void on(String path, int status, JsonNode body) {
        on(path, exchange -> answer(exchange, status, new String(Json.bytes(body), StandardCharsets.UTF_8)));
    }

    /** From now on a sign request is answered so. */
    void onSign(int status, JsonNode body) {
        on("/1.0/sign", status, body);
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /** Keeps whoever asks waiting until the server closes. */
    void hang(HttpExchange exchange) {
        waitForClose(Duration.ofMinutes(5));
        exchange.close();
    }

    /** Sends a head and then a byte now and then, for ever. */
    void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(201, 0);
        OutputStream out = exchange.getResponseBody();
        while (!waitForClose(Duration.ofMillis(20))) {
            out.write(' ');
            out.flush();
        }
        exchange.close();
    }

    private boolean waitForClose(Duration longest) {
        try {
            return closing.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    URI url() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    int port() {
        return server.getAddress().getPort();
    }

    String fingerprint() {
        return CertificateFingerprint.of(hierarchy.root()).hex();
    }

    List<X509Certificate> belowTheRoot() {
        List<X509Certificate> all = hierarchy.authorities();
        return all.subList(0, all.size() - 1);
    }

    /** Pinned to its root. */
    StepCaSettings settings() {
        return OpenAuthority.settings(url(), fingerprint(), provisioner.name(), provisioner.password());
    }

    /** A leaf of some hierarchy, for {@code dev-1}. */
    static X509Certificate leaf(CertificateHierarchy hierarchy) {
        return hierarchy.issue(CertificateHierarchy.newKey().getPublic(), "dev-1", List.of("dev-1"));
    }

    /** The answer to a sign request. */
    static JsonNode issued(X509Certificate leaf, List<X509Certificate> rest) {
        ObjectNode body = Json.object().put("crt", Pem.of(leaf));
        ArrayNode list = body.putArray("certChain").add(Pem.of(leaf));
        rest.forEach(certificate -> list.add(Pem.of(certificate)));
        return body;
    }

    static JsonNode crts(List<X509Certificate> certificates) {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("crts");
        certificates.forEach(certificate -> list.add(Pem.of(certificate)));
        return body;
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (path.equals("/1.0/sign")) {
            signRequests.add(Json.parse(body).orElseThrow());
        }
        HttpHandler answer = answers.get(path);
        if (answer == null) {
            answer(exchange, 404, "{\"status\":404,\"message\":\"The requested resource could not be found.\"}");
        } else {
            answer.handle(exchange);
        }
    }

    private static SSLContext serverContext(CertificateHierarchy hierarchy, String name) {
        KeyPair key = CertificateHierarchy.newKey();
        List<X509Certificate> chain =
                new ArrayList<>(List.of(hierarchy.issue(key.getPublic(), "Scripted CA", List.of(name))));
        chain.addAll(hierarchy.authorities().subList(0, hierarchy.authorities().size() - 1));
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry("server", key.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
