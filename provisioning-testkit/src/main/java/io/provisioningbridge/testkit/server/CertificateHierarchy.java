package io.provisioningbridge.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificate authorities made for one test, EC P-256 throughout. Immutable and safe for concurrent use. */
public final class CertificateHierarchy {

    private static final Duration LIFETIME = Duration.ofDays(30);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final List<X509Certificate> authorities;
    private final KeyPair issuingKey;

    private CertificateHierarchy(List<X509Certificate> authorities, KeyPair issuingKey) {
        this.authorities = List.copyOf(authorities);
        this.issuingKey = issuingKey;
    }

    /**
     * One authority below the other, the first self-signed.
     *
     * @param commonNames root first
     */
    public static CertificateHierarchy of(String... commonNames) {
        List<X509Certificate> rootLast = new ArrayList<>();
        KeyPair above = newKey();
        KeyPair key = above;
        X500Name issuer = name(commonNames[0]);
        for (String commonName : commonNames) {
            key = rootLast.isEmpty() ? above : newKey();
            rootLast.add(0, authority(issuer, above.getPrivate(), name(commonName), key.getPublic()));
            above = key;
            issuer = name(commonName);
        }
        return new CertificateHierarchy(rootLast, key);
    }

    private static X509Certificate authority(X500Name issuer, PrivateKey signer, X500Name subject, PublicKey key) {
        try {
            X509v3CertificateBuilder builder = builder(issuer, subject, key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return signed(builder, signer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1 for key identifiers", e);
        }
    }

    /** The certificates, issuing one first, root last. */
    public List<X509Certificate> authorities() {
        return authorities;
    }

    public X509Certificate root() {
        return authorities.get(authorities.size() - 1);
    }

    /** The one that signs leaves. */
    public X509Certificate issuing() {
        return authorities.get(0);
    }

    /** The key of {@link #issuing()}. */
    public PrivateKey issuingKey() {
        return issuingKey.getPrivate();
    }

    /** A certificate good for client and server authentication, with a DNS name or IP address as its alternative names. */
    public X509Certificate issue(PublicKey key, String commonName, List<String> names) {
        try {
            X509v3CertificateBuilder builder = builder(
                    X500Name.getInstance(issuing().getSubjectX500Principal().getEncoded()), name(commonName), key);
            GeneralName[] alternatives = names.stream()
                    .map(text -> new GeneralName(
                            text.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, text))
                    .toArray(GeneralName[]::new);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            return signed(builder, issuingKey());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new EC P-256 pair. */
    public static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has EC P-256", e);
        }
    }

    private static X500Name name(String commonName) {
        return new X500Name("CN=" + commonName);
    }

    private static X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, PublicKey key) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, RANDOM).add(BigInteger.ONE),
                Date.from(now.minus(Duration.ofMinutes(5))),
                Date.from(now.plus(LIFETIME)),
                subject,
                key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey signer) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("the test's own authority could not sign", e);
        }
    }
}
