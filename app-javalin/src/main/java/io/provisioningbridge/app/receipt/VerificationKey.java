package io.provisioningbridge.app.receipt;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Pem;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.keys.EllipticCurves;

/** The public half of a bridge's signing key: EC P-256. Immutable. */
public final class VerificationKey {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]*)-----END PUBLIC KEY-----");

    private final ECPublicKey key;

    private VerificationKey(ECPublicKey key) {
        this.key = key;
    }

    /** @throws IllegalArgumentException if it is not a P-256 key */
    public static VerificationKey of(PublicKey key) {
        if (key instanceof ECPublicKey ec
                && ec.getParams().getCurve().equals(EllipticCurves.P256.getCurve())
                && ec.getParams().getOrder().equals(EllipticCurves.P256.getOrder())) {
            return new VerificationKey(ec);
        }
        throw new IllegalArgumentException("the key is not an EC P-256 key");
    }

    /** A SubjectPublicKeyInfo in PEM, as {@code openssl pkey -pubout} writes it. */
    public static Parsed<VerificationKey> parse(String pem) {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            return Parsed.invalid("there is no public key in PEM (-----BEGIN PUBLIC KEY-----)");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(1));
            return Parsed.valid(of(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Parsed.invalid("the public key is damaged, or is not an EC P-256 key");
        }
    }

    /** As {@link #parse} reads it. */
    public String pem() {
        return Pem.of("PUBLIC KEY", key.getEncoded());
    }

    /** What receipts call the key: its thumbprint (RFC 7638, SHA-256, base64url). */
    public String id() {
        return new EllipticCurveJsonWebKey(key).calculateBase64urlEncodedThumbprint("SHA-256");
    }

    ECPublicKey key() {
        return key;
    }

    @Override
    public String toString() {
        return id();
    }
}
