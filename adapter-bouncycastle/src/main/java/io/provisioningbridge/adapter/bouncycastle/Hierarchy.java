package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.adapter.bouncycastle.CertificateTemplate.Issuer;
import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMParser;

/**
 * A root and the issuing CA below it, with their keys. Immutable.
 *
 * @param root self-signed, one CA may be below it
 * @param issuing signed by the root, no CA may be below it
 */
record Hierarchy(X509Certificate root, PrivateKey rootKey, X509Certificate issuing, PrivateKey issuingKey) {

    private static final Duration ROOT_LIFETIME = Duration.ofDays(20 * 365L + 5);
    private static final Duration ISSUING_LIFETIME = Duration.ofDays(10 * 365L + 2);

    /** Makes new ones. Their names end in the same eight hex digits, so that two installations can be told apart. */
    static Hierarchy create(Instant notBefore, SecureRandom random) {
        byte[] suffix = new byte[4];
        random.nextBytes(suffix);
        X500Name rootName = named("Root CA", suffix);
        KeyPair rootPair = EcKeys.generate(random);
        KeyPair issuingPair = EcKeys.generate(random);
        Issuer root = new Issuer(rootName, info(rootPair), rootPair.getPrivate());
        return new Hierarchy(
                new CertificateTemplate(rootName, info(rootPair), notBefore, notBefore.plus(ROOT_LIFETIME))
                        .authority(1, root, random),
                rootPair.getPrivate(),
                new CertificateTemplate(
                                named("Issuing CA", suffix),
                                info(issuingPair),
                                notBefore,
                                notBefore.plus(ISSUING_LIFETIME))
                        .authority(0, root, random),
                issuingPair.getPrivate());
    }

    /** What {@link #pem} wrote. @throws IllegalArgumentException saying what is wrong with it */
    static Hierarchy parse(String pem) {
        List<Object> blocks = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                blocks.add(block);
            }
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("it is cut off or damaged", e);
        }
        if (blocks.size() != 4
                || !(blocks.get(0) instanceof X509CertificateHolder root)
                || !(blocks.get(1) instanceof PrivateKeyInfo rootKey)
                || !(blocks.get(2) instanceof X509CertificateHolder issuing)
                || !(blocks.get(3) instanceof PrivateKeyInfo issuingKey)) {
            throw new IllegalArgumentException(
                    "it must hold root certificate, root key, issuing certificate and issuing key, in this order");
        }
        KeyPair rootPair = EcKeys.read(rootKey);
        KeyPair issuingPair = EcKeys.read(issuingKey);
        try {
            Hierarchy read = new Hierarchy(
                    Pem.certificate(root.getEncoded()),
                    rootPair.getPrivate(),
                    Pem.certificate(issuing.getEncoded()),
                    issuingPair.getPrivate());
            read.requireSound(rootPair, issuingPair);
            return read;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("its certificates do not fit together", e);
        }
    }

    private void requireSound(KeyPair rootPair, KeyPair issuingPair) throws GeneralSecurityException {
        if (!root.getPublicKey().equals(rootPair.getPublic())) {
            throw new IllegalArgumentException("the root key is not the root certificate's");
        }
        if (!issuing.getPublicKey().equals(issuingPair.getPublic())) {
            throw new IllegalArgumentException("the issuing key is not the issuing certificate's");
        }
        if (root.getBasicConstraints() < 0 || issuing.getBasicConstraints() < 0) {
            throw new IllegalArgumentException("its certificates are not those of CAs");
        }
        root.verify(root.getPublicKey());
        issuing.verify(root.getPublicKey());
    }

    /** Both certificates and, in PKCS#8, both keys: a secret. */
    String pem() {
        return Pem.of(root)
                + Pem.of("PRIVATE KEY", rootKey.getEncoded())
                + Pem.of(issuing)
                + Pem.of("PRIVATE KEY", issuingKey.getEncoded());
    }

    /** Issuing CA first, root last. */
    List<X509Certificate> authorities() {
        return List.of(issuing, root);
    }

    /** The issuing CA as one who signs. */
    Issuer issuer() {
        return new Issuer(
                X500Name.getInstance(issuing.getSubjectX500Principal().getEncoded()),
                SubjectPublicKeyInfo.getInstance(issuing.getPublicKey().getEncoded()),
                issuingKey);
    }

    private static X500Name named(String role, byte[] suffix) {
        return CertificateTemplate.named(
                "Provisioning Bridge " + role + " " + HexFormat.of().formatHex(suffix));
    }

    private static SubjectPublicKeyInfo info(KeyPair pair) {
        return SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    }

    @Override
    public String toString() {
        return "Hierarchy[" + issuing.getSubjectX500Principal() + ", " + root.getSubjectX500Principal() + "]";
    }
}
