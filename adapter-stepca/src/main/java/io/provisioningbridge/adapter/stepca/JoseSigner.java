package io.provisioningbridge.adapter.stepca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import org.jose4j.jws.EcdsaUsingShaAlgorithm;
import org.jspecify.annotations.Nullable;

/** ECDSA signatures as JOSE wants them, by the platform's provider or by a given one that need not be installed. */
final class JoseSigner {

    private static final int ES256_BYTES = 64;

    private final @Nullable Provider provider;

    private JoseSigner(@Nullable Provider provider) {
        this.provider = provider;
    }

    static JoseSigner ofPlatform() {
        return new JoseSigner(null);
    }

    static JoseSigner of(Provider provider) {
        return new JoseSigner(provider);
    }

    /** The key in the provider's own form, so that it is not converted for every signature. */
    PrivateKey adopt(PrivateKey ecKey) throws GeneralSecurityException {
        KeyFactory factory = provider == null ? KeyFactory.getInstance("EC") : KeyFactory.getInstance("EC", provider);
        return factory.generatePrivate(new PKCS8EncodedKeySpec(ecKey.getEncoded()));
    }

    /** ES256 (RFC 7518 section 3.4): R and S, 32 bytes each. */
    byte[] es256(byte[] input, PrivateKey key) {
        try {
            Signature signature = provider == null
                    ? Signature.getInstance("SHA256withECDSA")
                    : Signature.getInstance("SHA256withECDSA", provider);
            signature.initSign(key);
            signature.update(input);
            return EcdsaUsingShaAlgorithm.convertDerToConcatenated(signature.sign(), ES256_BYTES);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a key that was accepted signs", e);
        }
    }
}
