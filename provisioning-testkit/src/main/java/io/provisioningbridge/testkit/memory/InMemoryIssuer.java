package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root, an issuing CA, and another one under the same root, that live as long as the process. Immutable. */
final class InMemoryIssuer {

    private static final Duration BACKDATE = Duration.ofMinutes(1);
    private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);
    private static final X500Name ROOT = named("In-memory Root CA");
    private static final X500Name ISSUING = named("In-memory Issuing CA");
    private static final X500Name SIBLING = named("In-memory Issuing CA of another tenant");

    private final SecureRandom random = new SecureRandom();
    private final DeviceKey issuingKey = DeviceKey.p256();
    private final DeviceKey siblingKey = DeviceKey.p256();
    private final List<X509Certificate> authorities;
    private final X509Certificate sibling;

    InMemoryIssuer(Instant now) {
        DeviceKey rootKey = DeviceKey.p256();
        this.authorities =
                List.of(authority(ISSUING, issuingKey, 0, rootKey, now), authority(ROOT, rootKey, 1, rootKey, now));
        this.sibling = authority(SIBLING, siblingKey, 0, rootKey, now);
    }

    List<X509Certificate> authorities() {
        return authorities;
    }

    /** The CA that signs for another tenant. */
    X509Certificate sibling() {
        return sibling;
    }

    SubjectPublicKeyInfo ownPublicKey() {
        return SubjectPublicKeyInfo.getInstance(issuingKey.publicKeyInfo());
    }

    X509Certificate leaf(
            String commonName,
            SubjectPublicKeyInfo key,
            List<GeneralName> alternativeNames,
            KeyPurposeId purpose,
            Instant now,
            Duration lifetime) {
        return leaf(ISSUING, issuingKey, commonName, key, alternativeNames, purpose, now, lifetime);
    }

    X509Certificate siblingsLeaf(String commonName, SubjectPublicKeyInfo key, Instant now, Duration lifetime) {
        List<GeneralName> names = List.of(new GeneralName(GeneralName.dNSName, commonName));
        return leaf(SIBLING, siblingKey, commonName, key, names, KeyPurposeId.id_kp_clientAuth, now, lifetime);
    }

    private X509Certificate leaf(
            X500Name issuer,
            DeviceKey issuersKey,
            String commonName,
            SubjectPublicKeyInfo key,
            List<GeneralName> alternativeNames,
            KeyPurposeId purpose,
            Instant now,
            Duration lifetime) {
        X509v3CertificateBuilder certificate = builder(issuer, named(commonName), key, now, lifetime);
        try {
            certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            certificate.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            certificate.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(alternativeNames.toArray(GeneralName[]::new)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return signed(certificate, issuersKey.pair().getPrivate());
    }

    private X509Certificate authority(X500Name name, DeviceKey key, int pathLength, DeviceKey rootKey, Instant now) {
        X509v3CertificateBuilder certificate =
                builder(ROOT, name, SubjectPublicKeyInfo.getInstance(key.publicKeyInfo()), now, AUTHORITY_LIFETIME);
        try {
            certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
            certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return signed(certificate, rootKey.pair().getPrivate());
    }

    private X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, SubjectPublicKeyInfo key, Instant now, Duration lifetime) {
        return new X509v3CertificateBuilder(
                issuer,
                new BigInteger(127, random).setBit(127),
                Date.from(now.minus(BACKDATE)),
                Date.from(now.plus(lifetime)),
                subject,
                key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder certificate, PrivateKey key) {
        try {
            return Pem.certificate(certificate
                    .build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .setProvider(DeviceKey.PROVIDER)
                            .build(key))
                    .getEncoded());
        } catch (OperatorCreationException | IOException | CertificateException e) {
            throw new IllegalStateException("cannot make a certificate", e);
        }
    }

    private static X500Name named(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }
}
