package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.ContentEncryptionAlgorithmIdentifiers;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.PbkdfKey;
import org.jose4j.lang.JoseException;

/**
 * Opens the encrypted private key of a provisioner. That is made slow on purpose (100,000 to 600,000 rounds of PBKDF2), so
 * each text is tried once, and its outcome kept. Safe for concurrent use.
 */
final class KeyOpener {

    /** More rounds than any step writes would only keep us busy: 600,000 is what current ones do. */
    static final long MAX_ITERATIONS = 1_000_000;

    private static final AlgorithmConstraints KEY_ENCRYPTION =
            new AlgorithmConstraints(ConstraintType.PERMIT, KeyManagementAlgorithmIdentifiers.PBES2_HS256_A128KW);
    private static final AlgorithmConstraints CONTENT_ENCRYPTION = new AlgorithmConstraints(
            ConstraintType.PERMIT,
            ContentEncryptionAlgorithmIdentifiers.AES_256_GCM,
            ContentEncryptionAlgorithmIdentifiers.AES_128_GCM,
            ContentEncryptionAlgorithmIdentifiers.AES_128_CBC_HMAC_SHA_256);

    private final Secret password;
    private final JoseSigner signer;
    private final Map<String, Parsed<PrivateKey>> outcomes = new ConcurrentHashMap<>();

    KeyOpener(Secret password, JoseSigner signer) {
        this.password = password;
        this.signer = signer;
    }

    /** @param encryptedKey a compact JWE that holds a JWK */
    Parsed<PrivateKey> open(String encryptedKey) {
        Parsed<PrivateKey> known = outcomes.get(encryptedKey);
        if (known != null) {
            return known;
        }
        Parsed<PrivateKey> outcome = decrypt(encryptedKey);
        // Only the present one is worth keeping: a rotated key does not come back.
        outcomes.clear();
        outcomes.put(encryptedKey, outcome);
        return outcome;
    }

    private Parsed<PrivateKey> decrypt(String encryptedKey) {
        String plaintext;
        try {
            JsonWebEncryption jwe = new JsonWebEncryption();
            jwe.setAlgorithmConstraints(KEY_ENCRYPTION);
            jwe.setContentEncryptionAlgorithmConstraints(CONTENT_ENCRYPTION);
            jwe.setCompactSerialization(encryptedKey);
            Long iterations = jwe.getHeaders().getLongHeaderValue("p2c");
            if (iterations == null || iterations > MAX_ITERATIONS) {
                return Parsed.invalid("its key asks for " + iterations + " rounds of PBKDF2; at most " + MAX_ITERATIONS
                        + " are accepted");
            }
            jwe.setKey(new PbkdfKey(password.reveal()));
            plaintext = jwe.getPlaintextString();
        } catch (JoseException e) {
            return Parsed.invalid("its key does not open: the password is wrong (" + e.getMessage() + ")");
        }
        try {
            return read(JsonWebKey.Factory.newJwk(plaintext));
        } catch (JoseException | GeneralSecurityException e) {
            // The message of either might quote the key.
            return Parsed.invalid(
                    "its key was opened and cannot be read: " + e.getClass().getSimpleName());
        }
    }

    private Parsed<PrivateKey> read(JsonWebKey jwk) throws GeneralSecurityException {
        if (jwk instanceof EllipticCurveJsonWebKey ec
                && EllipticCurves.P256.equals(EllipticCurves.getSpec(ec.getCurveName()))
                && ec.getPrivateKey() != null) {
            return Parsed.valid(signer.adopt(ec.getPrivateKey()));
        }
        return Parsed.invalid(
                "its key is " + jwk.getKeyType() + "; tokens are signed with ES256, so it must be EC P-256");
    }
}
