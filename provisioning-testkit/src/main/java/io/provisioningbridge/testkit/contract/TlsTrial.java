package io.provisioningbridge.testkit.contract;

import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A TLS server with a certificate, and clients that trust one root and insist on a name. Over loopback. */
final class TlsTrial {

    private static final char[] NO_PASSWORD = new char[0];

    private final SSLContext server;
    private final SSLContext client;

    TlsTrial(DeviceKey key, IssuedCertificate certificate, X509Certificate root)
            throws GeneralSecurityException, IOException {
        KeyStore identity = emptyKeyStore();
        List<X509Certificate> presented = new ArrayList<>(List.of(certificate.leaf()));
        presented.addAll(
                certificate.authorities().subList(0, certificate.authorities().size() - 1));
        identity.setKeyEntry("server", key.pair().getPrivate(), NO_PASSWORD, presented.toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(identity, NO_PASSWORD);
        server = SSLContext.getInstance("TLS");
        server.init(keys.getKeyManagers(), null, null);

        KeyStore roots = emptyKeyStore();
        roots.setCertificateEntry("root", root);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);
    }

    /** One handshake of a client that means to talk to this host. @throws SSLException when it does not believe it */
    void connectAs(String host) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listener =
                (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            CompletableFuture<Void> served =
                    CompletableFuture.runAsync(() -> serveOne(listener), TlsTrial::inAThreadOfItsOwn);
            try (Socket plain = new Socket(loopback, listener.getLocalPort());
                    SSLSocket socket = (SSLSocket)
                            client.getSocketFactory().createSocket(plain, host, listener.getLocalPort(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                if (socket.getInputStream().read() != 'x') {
                    throw new IOException("the server did not answer");
                }
            }
            served.get();
        }
    }

    /** The common pool may be too small to serve here while it is used by others. */
    private static void inAThreadOfItsOwn(Runnable task) {
        Thread thread = new Thread(task, "tls-trial");
        thread.setDaemon(true);
        thread.start();
    }

    private static void serveOne(SSLServerSocket listener) {
        try (Socket connection = listener.accept()) {
            connection.getOutputStream().write('x');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyStore emptyKeyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }
}
