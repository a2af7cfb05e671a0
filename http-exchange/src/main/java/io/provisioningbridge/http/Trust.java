package io.provisioningbridge.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS towards servers of a private authority. Stateless. */
public final class Trust {

    private Trust() {}

    /**
     * Verifies as the Java platform does, from these certificates instead of its own: roots, or any certificate below one. Host
     * names are checked by whoever uses it, as usual.
     *
     * @throws IllegalArgumentException there are none
     */
    public static SSLContext in(List<X509Certificate> authorities) {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("nobody to trust");
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK can trust a certificate", e);
        }
    }

    /** Whether others can read what is exchanged: it is not encrypted, and goes to another machine or one that nobody knows. */
    public static boolean isReadableOnTheWay(URI url) {
        if ("https".equalsIgnoreCase(url.getScheme())) {
            return false;
        }
        try {
            return !InetAddress.getByName(url.getHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
