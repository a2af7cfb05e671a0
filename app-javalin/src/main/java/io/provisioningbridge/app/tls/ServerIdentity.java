package io.provisioningbridge.app.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A private key and the certificates that go with it.
 *
 * @param key of the leaf
 * @param chain leaf first; a root at its end is kept and not presented
 */
record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {

    private static final byte[] SAMPLE = {1, 2, 3};
    private static final Map<String, String> SIGNATURES =
            Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA", "Ed25519", "EdDSA");

    ServerIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an identity has a certificate");
        }
    }

    X509Certificate leaf() {
        return chain.get(0);
    }

    /** The leaf and what is above it, without the root: who trusts a root has it. */
    List<X509Certificate> presented() {
        X509Certificate last = chain.get(chain.size() - 1);
        boolean endsWithRoot =
                chain.size() > 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        return endsWithRoot ? chain.subList(0, chain.size() - 1) : chain;
    }

    Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    boolean validAt(Instant now) {
        return now.isBefore(notAfter());
    }

    /** When two thirds of the leaf's life are over. */
    Instant renewal() {
        Instant notBefore = leaf().getNotBefore().toInstant();
        return notBefore.plus(
                Duration.between(notBefore, notAfter()).multipliedBy(2).dividedBy(3));
    }

    /** Whether the key is the one the leaf certifies, found out by signing something. */
    boolean keyFits() {
        try {
            String algorithm = SIGNATURES.getOrDefault(key.getAlgorithm(), key.getAlgorithm());
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(SAMPLE);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(leaf().getPublicKey());
            verifier.update(SAMPLE);
            return verifier.verify(signature);
        } catch (GeneralSecurityException anotherKind) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "ServerIdentity[" + leaf().getSubjectX500Principal() + ", until " + notAfter() + "]";
    }
}
