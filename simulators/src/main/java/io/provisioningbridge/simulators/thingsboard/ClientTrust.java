package io.provisioningbridge.simulators.thingsboard;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/**
 * Takes every chain whose signatures link up; whether the device is known is decided when it connects. As acceptable
 * authorities it names its own certificate alone, so that a Java client that believes it sends none.
 */
final class ClientTrust implements X509TrustManager {

    private final X509Certificate own;

    ClientTrust(X509Certificate own) {
        this.own = own;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        for (int i = 0; i + 1 < chain.length; i++) {
            try {
                chain[i].verify(chain[i + 1].getPublicKey());
            } catch (GeneralSecurityException e) {
                throw new CertificateException("the chain does not link up", e);
            }
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this is a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {own};
    }
}
