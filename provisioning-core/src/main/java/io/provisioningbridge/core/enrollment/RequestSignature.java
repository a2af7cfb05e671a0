package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.Pem;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * Who signed a request, and what exactly was signed. The signature itself was found right before.
 *
 * @param signerPem the signer's certificate
 * @param digest SHA-256 of what was signed, 64 lower hex digits
 */
record RequestSignature(String signerPem, String digest) {

    static RequestSignature of(X509Certificate signer, byte[] content) {
        try {
            return new RequestSignature(
                    Pem.of(signer),
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
