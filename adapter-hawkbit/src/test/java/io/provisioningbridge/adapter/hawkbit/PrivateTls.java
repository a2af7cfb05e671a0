package io.provisioningbridge.adapter.hawkbit;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An HTTPS server called {@code localhost}, whose certificate no authority of the Java platform vouches for. */
final class PrivateTls implements AutoCloseable {

    private final AtomicInteger requests = new AtomicInteger();
    private final CertificateHierarchy hierarchy = CertificateHierarchy.of("Private Root", "Private Intermediate");
    private final HttpsServer server;

    PrivateTls() throws IOException, GeneralSecurityException {
        KeyPair key = CertificateHierarchy.newKey();
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("server", key.getPrivate(), new char[0], new Certificate[] {
            hierarchy.issue(key.getPublic(), "Server", List.of("localhost")), hierarchy.issuing()
        });
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    URI url() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    /** With another name for the same place. */
    URI urlOfAnotherName() {
        return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    }

    X509Certificate authority() {
        return hierarchy.root();
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
