package io.provisioningbridge.app.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The certificate the listener presents; it can be exchanged while connections are open. TLS 1.2 and 1.3, AEAD only. */
final class PresentedCertificate {

    private static final char[] NO_PASSWORD = {};

    private final SslContextFactory.Server factory = new SslContextFactory.Server();

    PresentedCertificate(ServerIdentity first) {
        factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        factory.setIncludeCipherSuites(
                "TLS_AES_.*", "TLS_CHACHA20_.*", "TLS_ECDHE_.*_GCM_.*", "TLS_ECDHE_.*_CHACHA20_.*");
        factory.setUseCipherSuitesOrder(true);
        factory.setRenegotiationAllowed(false);
        factory.setKeyStorePassword(String.valueOf(NO_PASSWORD));
        factory.setKeyStore(keyStore(first));
        try {
            // Started here and not by the listener: a certificate that is exchanged while the listener starts would be
            // lost.
            factory.start();
        } catch (Exception e) {
            // Declared by Jetty for key stores read from files; ours is in memory.
            throw new IllegalStateException("TLS cannot be set up", e);
        }
    }

    SslContextFactory.Server factory() {
        return factory;
    }

    /** Presents this one to connections that begin from now on. */
    void exchange(ServerIdentity identity) {
        KeyStore keys = keyStore(identity);
        try {
            factory.reload(context -> context.setKeyStore(keys));
        } catch (Exception e) {
            // Declared by Jetty for key stores read from files; ours is in memory and was made a moment ago.
            throw new IllegalStateException("the TLS certificate cannot be exchanged", e);
        }
    }

    private static KeyStore keyStore(ServerIdentity identity) {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, NO_PASSWORD);
            keys.setKeyEntry(
                    "server", identity.key(), NO_PASSWORD, identity.presented().toArray(X509Certificate[]::new));
            return keys;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("an empty key store can be made and filled", e);
        }
    }
}
