package io.provisioningbridge.core.domain;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.regex.Pattern;

/** SHA-256 of a certificate's DER, 64 lower hex digits: which certificate it is, exactly. */
public record CertificateHash(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public CertificateHash {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("a certificate hash is 64 lower hex digits");
        }
    }

    public static CertificateHash of(X509Certificate certificate) {
        try {
            return of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    /** The hash of a certificate in DER. */
    public static CertificateHash of(byte[] der) {
        return new CertificateHash(Hashes.sha256Hex(der));
    }

    @Override
    public String toString() {
        return hex;
    }
}
