package io.provisioningbridge.adapter.bouncycastle;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** EC P-256 key pairs, as objects of the JDK so that they serve TLS as well. */
final class EcKeys {

    private static final AlgorithmIdentifier P256 =
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);
    private static final X9ECParameters CURVE = ECNamedCurveTable.getByOID(SECObjectIdentifiers.secp256r1);

    private EcKeys() {}

    static KeyPair generate(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform must have EC P-256", e);
        }
    }

    /** The pair of a private key. @throws IllegalArgumentException if it is not a P-256 key */
    static KeyPair read(PrivateKeyInfo info) {
        if (!P256.equals(info.getPrivateKeyAlgorithm())) {
            throw new IllegalArgumentException("the key is not an EC P-256 key");
        }
        try {
            BigInteger number = ECPrivateKey.getInstance(info.parsePrivateKey()).getKey();
            if (number.signum() <= 0 || number.compareTo(CURVE.getN()) >= 0) {
                throw new IllegalArgumentException("the key is not a number of the curve");
            }
            // Worked out anew: a public half that stands in the file need not belong to the private one.
            byte[] point = new FixedPointCombMultiplier()
                    .multiply(CURVE.getG(), number)
                    .normalize()
                    .getEncoded(false);
            KeyFactory keys = KeyFactory.getInstance("EC");
            PrivateKey privateKey = keys.generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
            return new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(new SubjectPublicKeyInfo(P256, point).getEncoded())),
                    privateKey);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the key cannot be read", e);
        }
    }
}
