package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.Pem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A certificate as ThingsBoard keeps it. Nothing there parses what it is sent; a chain, or text before the certificate, is
 * stored and never matches.
 *
 * @param pem exactly one certificate, and nothing else
 * @param credentialsId what ThingsBoard finds it by: SHA3-256, in hex, of the DER in base64
 */
record LeafCredential(String pem, String credentialsId) {

    static final String TYPE = "X509_CERTIFICATE";

    static LeafCredential of(X509Certificate certificate) {
        try {
            return new LeafCredential(Pem.of(certificate), sha3(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    /**
     * The certificate that a credential admits; empty when it admits none.
     *
     * @param value the DER in base64, as ThingsBoard answers it
     */
    static Optional<CertificateHash> read(String value, String credentialsId) {
        try {
            byte[] der = Base64.getDecoder().decode(value);
            if (!sha3(der).equals(credentialsId)) {
                return Optional.empty();
            }
            // Trailing bytes, a chain's say, would make another certificate's hash of it.
            return Optional.of(CertificateHash.of(Pem.certificate(der))).filter(CertificateHash.of(der)::equals);
        } catch (IllegalArgumentException | CertificateException noCertificate) {
            return Optional.empty();
        }
    }

    private static String sha3(byte[] der) {
        byte[] base64 = Base64.getEncoder().encodeToString(der).getBytes(StandardCharsets.US_ASCII);
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA3-256").digest(base64));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK from 9 on has SHA3-256", e);
        }
    }
}
