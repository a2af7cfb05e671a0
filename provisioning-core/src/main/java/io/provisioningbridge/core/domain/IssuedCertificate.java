package io.provisioningbridge.core.domain;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a certificate authority handed over, not checked yet.
 *
 * @param leaf the certificate asked for
 * @param authorities the certificates above it, issuing CA first, root last
 */
public record IssuedCertificate(X509Certificate leaf, List<X509Certificate> authorities) {

    public IssuedCertificate {
        authorities = List.copyOf(authorities);
    }
}
