package io.provisioningbridge.adapter.bouncycastle;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Verifies the signatures the bridge may accept; any other counts as not verified. Immutable. */
final class SignatureVerifier {

    private record Algorithm(String signature, String key) {}

    private static final Map<String, Algorithm> ALGORITHMS = Map.of(
            "1.2.840.10045.4.3.2", new Algorithm("SHA256withECDSA", "EC"),
            "1.2.840.10045.4.3.3", new Algorithm("SHA384withECDSA", "EC"),
            "1.2.840.10045.4.3.4", new Algorithm("SHA512withECDSA", "EC"),
            "1.2.840.113549.1.1.11", new Algorithm("SHA256withRSA", "RSA"),
            "1.2.840.113549.1.1.12", new Algorithm("SHA384withRSA", "RSA"),
            "1.2.840.113549.1.1.13", new Algorithm("SHA512withRSA", "RSA"),
            "1.3.101.112", new Algorithm("Ed25519", "Ed25519"));

    private final Provider preferred;
    private final Provider fallback;

    SignatureVerifier(Provider preferred) {
        this.preferred = preferred;
        this.fallback = new BouncyCastleProvider();
    }

    /**
     * Whether {@code signature} over {@code message} was made with the private half of this key.
     *
     * @param algorithm object identifier in dotted form
     * @param publicKeyInfo SubjectPublicKeyInfo DER
     */
    boolean verifies(String algorithm, byte[] publicKeyInfo, byte[] message, byte[] signature) {
        Algorithm names = ALGORITHMS.get(algorithm);
        if (names == null) {
            return false;
        }
        Provider provider = knows(preferred, names) ? preferred : fallback;
        try {
            Signature verification = Signature.getInstance(names.signature(), provider);
            verification.initVerify(KeyFactory.getInstance(names.key(), provider)
                    .generatePublic(new X509EncodedKeySpec(publicKeyInfo)));
            verification.update(message);
            return verification.verify(signature);
        } catch (GeneralSecurityException | RuntimeException notVerified) {
            // Providers answer malformed keys and signatures with unchecked exceptions too.
            return false;
        }
    }

    private static boolean knows(Provider provider, Algorithm names) {
        return provider.getService("Signature", names.signature()) != null
                && provider.getService("KeyFactory", names.key()) != null;
    }
}
