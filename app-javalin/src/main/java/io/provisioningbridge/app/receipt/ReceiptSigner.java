package io.provisioningbridge.app.receipt;

import java.security.PrivateKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/** Signs receipts with the bridge's key. Safe for concurrent use; prints nothing of the key. */
public final class ReceiptSigner {

    /** The media type of a signed receipt (RFC 7515 section 9.2.1). */
    public static final String MEDIA_TYPE = "application/jose";

    // The key may sign documents of other kinds one day: none of them must pass for a receipt.
    static final String TYPE = "decommission-receipt+jws";

    private final PrivateKey key;
    private final VerificationKey verification;

    /** @param verification the public half of {@code key} */
    public ReceiptSigner(PrivateKey key, VerificationKey verification) {
        this.key = key;
        this.verification = verification;
    }

    /** What others need to verify what this signs. */
    public VerificationKey verification() {
        return verification;
    }

    /** @return a JWS in compact form: one line of base64url and dots */
    public String sign(byte[] json) {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
        jws.setKeyIdHeaderValue(verification.id());
        jws.setHeader("typ", TYPE);
        jws.setPayloadBytes(json);
        jws.setKey(key);
        try {
            return jws.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException("a key that was accepted signs", e);
        }
    }

    @Override
    public String toString() {
        return "ReceiptSigner[" + verification + "]";
    }
}
