package io.provisioningbridge.app.endtoend;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Somebody between a device and its bridge, with a certificate of a CA of their own. Answers every request alike. */
final class ForeignServer implements AutoCloseable {

    private final HttpsServer server;
    private final String answer;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /**
     * @param answer what is given to every request, with 200
     */
    ForeignServer(CertificateHierarchy authority, String answer) throws IOException, GeneralSecurityException {
        this.answer = answer;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(identity(authority)));
        server.createContext("/", this::handle);
        server.start();
    }

    private static SSLContext identity(CertificateHierarchy authority) throws IOException, GeneralSecurityException {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate leaf = authority.issue(key.getPublic(), "localhost", List.of("localhost", "127.0.0.1"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, new char[0]);
        store.setKeyEntry("server", key.getPrivate(), new char[0], new Certificate[] {leaf});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    static String pem(X509Certificate... certificates) {
        return Pem.of(List.of(certificates));
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** What was asked, such as {@code GET /pki/roots/…}. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
