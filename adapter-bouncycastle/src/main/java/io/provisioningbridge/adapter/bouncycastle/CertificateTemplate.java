package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
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
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * What all certificates made here have in common; the extensions make the difference. Everything is decided by the caller,
 * nothing is taken from a request but the key.
 *
 * @param subject whose certificate it is
 * @param key SubjectPublicKeyInfo
 * @param notBefore start of validity, in whole seconds on the wire
 * @param notAfter end of validity
 */
record CertificateTemplate(X500Name subject, SubjectPublicKeyInfo key, Instant notBefore, Instant notAfter) {

    private static final Provider PROVIDER = new BouncyCastleProvider();
    private static final int SERIAL_BITS = 128;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9*:][A-Za-z0-9._:-]{0,252}");

    /**
     * Who signs.
     *
     * @param name of the issuer
     * @param key its SubjectPublicKeyInfo
     * @param privateKey EC P-256
     */
    record Issuer(X500Name name, SubjectPublicKeyInfo key, PrivateKey privateKey) {

        @Override
        public String toString() {
            return "Issuer[" + name + "]";
        }
    }

    static X500Name named(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    /**
     * A host name, or an IP address where it is written as one.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static GeneralName alternativeName(String name) {
        if (!HOST.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is neither a host name nor an IP address");
        }
        return new GeneralName(IPAddress.isValid(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    static ContentSigner signer(PrivateKey key, SecureRandom random) {
        try {
            return new JcaContentSignerBuilder("SHA256withECDSA")
                    .setProvider(PROVIDER)
                    .setSecureRandom(random)
                    .build(key);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException("cannot sign with the key", e);
        }
    }

    /** A CA with up to {@code pathLength} CAs below it. */
    X509Certificate authority(int pathLength, Issuer issuer, SecureRandom random) {
        try {
            X509v3CertificateBuilder certificate = begun(issuer, random);
            certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
            certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return signed(certificate, issuer, random);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot make a CA certificate", e);
        }
    }

    /** An end entity, good for one purpose under these names. */
    X509Certificate leaf(KeyPurposeId purpose, List<GeneralName> names, Issuer issuer, SecureRandom random) {
        try {
            X509v3CertificateBuilder certificate = begun(issuer, random);
            certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            certificate.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            certificate.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            return signed(certificate, issuer, random);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot make a certificate", e);
        }
    }

    private X509v3CertificateBuilder begun(Issuer issuer, SecureRandom random)
            throws GeneralSecurityException, IOException {
        X509v3CertificateBuilder certificate = new X509v3CertificateBuilder(
                issuer.name(), serial(random), Date.from(notBefore), Date.from(notAfter), subject, key);
        JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
        certificate.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
        certificate.addExtension(
                Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuer.key()));
        return certificate;
    }

    private static BigInteger serial(SecureRandom random) {
        // Positive, as RFC 5280 wants it, in one of 2^128 ways that almost never is zero.
        return new BigInteger(SERIAL_BITS, random).max(BigInteger.ONE);
    }

    private static X509Certificate signed(X509v3CertificateBuilder certificate, Issuer issuer, SecureRandom random)
            throws GeneralSecurityException, IOException {
        return Pem.certificate(
                certificate.build(signer(issuer.privateKey(), random)).getEncoded());
    }
}
