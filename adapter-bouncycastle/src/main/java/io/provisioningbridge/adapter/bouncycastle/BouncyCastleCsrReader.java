package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.UnverifiedCsr;
import io.provisioningbridge.core.port.CsrReader;
import java.io.IOException;
import java.security.Provider;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Reads PKCS#10 with BouncyCastle's ASN.1 parser, which bounds nesting and believes no length, and accepts DER alone: one
 * request has one encoding. Bytes beyond {@link CertificateSigningRequest#MAX_SIZE} are not looked at. Immutable.
 */
public final class BouncyCastleCsrReader implements CsrReader {

    private final SignatureVerifier verifier;

    /** Verifies with a BouncyCastle of its own, which is not installed in the JVM. */
    public BouncyCastleCsrReader() {
        this(new BouncyCastleProvider());
    }

    /**
     * Verifies with another provider, a native one say; signatures it does not know are verified by BouncyCastle.
     *
     * @param provider need not be installed in the JVM
     */
    public BouncyCastleCsrReader(Provider provider) {
        this.verifier = new SignatureVerifier(provider);
    }

    @Override
    public Optional<UnverifiedCsr> read(byte[] der) {
        if (der.length > CertificateSigningRequest.MAX_SIZE) {
            return Optional.empty();
        }
        try {
            ASN1Primitive parsed = ASN1Primitive.fromByteArray(der);
            if (parsed == null || !Arrays.equals(parsed.getEncoded(ASN1Encoding.DER), der)) {
                return Optional.empty();
            }
            CertificationRequest request = CertificationRequest.getInstance(parsed);
            return request.getCertificationRequestInfo().getVersion().hasValue(0)
                    ? Optional.of(new ParsedCsr(request, verifier))
                    : Optional.empty();
        } catch (IOException | RuntimeException notARequest) {
            // The parser answers malformed input with unchecked exceptions of many kinds.
            return Optional.empty();
        }
    }
}
