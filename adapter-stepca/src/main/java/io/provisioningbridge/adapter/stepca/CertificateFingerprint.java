package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.domain.Parsed;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a certificate is known by: SHA-256 over its DER, as {@code step certificate fingerprint} prints it. Immutable.
 *
 * @param hex 64 hex digits in lower case
 */
public record CertificateFingerprint(String hex) {

    private static final Pattern CANONICAL = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern TYPED = Pattern.compile("[0-9a-fA-F]{2}(:?[0-9a-fA-F]{2}){31}");

    public CertificateFingerprint {
        if (!CANONICAL.matcher(hex).matches()) {
            throw new IllegalArgumentException("a fingerprint is 64 lower-case hex digits");
        }
    }

    /** As people write it: any case, colons between the bytes or not. */
    public static Parsed<CertificateFingerprint> parse(String text) {
        String trimmed = text.trim();
        return TYPED.matcher(trimmed).matches()
                ? Parsed.valid(
                        new CertificateFingerprint(trimmed.replace(":", "").toLowerCase(Locale.ROOT)))
                : Parsed.invalid(
                        "A certificate fingerprint is the SHA-256 of the certificate: 64 hex digits, with or without colons.");
    }

    /** Of a certificate, encoded anew. */
    public static CertificateFingerprint of(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return new CertificateFingerprint(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
