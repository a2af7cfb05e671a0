package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.port.SignedRequestReader;
import java.io.IOException;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Reads CMS with BouncyCastle's ASN.1 parser, which bounds nesting and believes no length. Takes DER, and the BER with open
 * lengths that {@code openssl cms -stream} writes (observed: OpenSSL 3.0). Allowed are SHA-256, SHA-384 and SHA-512, each with
 * ECDSA or RSA PKCS#1 v1.5, Ed25519 with SHA-512, and the kinds of key a certificate request may have; anything else is
 * {@link Reading.Broken}, like messages larger than {@link #MAX_SIZE}. Immutable.
 */
public final class BouncyCastleSignedRequestReader implements SignedRequestReader {

    /** Bytes; larger messages are not looked at. */
    public static final int MAX_SIZE = 64 * 1024;

    private final SignatureVerifier verifier;

    /** Verifies with a BouncyCastle of its own, which is not installed in the JVM. */
    public BouncyCastleSignedRequestReader() {
        this(new BouncyCastleProvider());
    }

    /**
     * Verifies with another provider, a native one say; signatures it does not know are verified by BouncyCastle.
     *
     * @param provider need not be installed in the JVM
     */
    public BouncyCastleSignedRequestReader(Provider provider) {
        this.verifier = new SignatureVerifier(provider);
    }

    @Override
    public Reading read(byte[] cms) {
        if (cms.length > MAX_SIZE) {
            return new Reading.Broken();
        }
        try {
            ASN1Primitive parsed = ASN1Primitive.fromByteArray(cms);
            return parsed == null ? new Reading.Broken() : read(new SignedMessage(ContentInfo.getInstance(parsed)));
        } catch (IOException | CertificateException | RuntimeException broken) {
            // The parser answers malformed input with unchecked exceptions of many kinds.
            return new Reading.Broken();
        }
    }

    private Reading read(SignedMessage message) throws IOException, CertificateException {
        X509Certificate signer = message.certificate().certificate();
        return message.isSignedRight(verifier)
                ? new Reading.Signed(new Content(message.content()), signer)
                : new Reading.WrongSignature();
    }
}
