package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.KeyDescription;
import io.provisioningbridge.core.domain.KeyDescription.Kind;
import io.provisioningbridge.core.domain.UnverifiedCsr;
import io.provisioningbridge.core.port.CsrReader;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTNamedCurves;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * Reads requests with the JDK's own keys and signatures, and so is a second opinion on a reader that brings its own. Leaves
 * speed and exact words to others. Immutable.
 */
public final class SimpleCsrReader implements CsrReader {

    private static final BigInteger MAX_RSA_EXPONENT = BigInteger.TWO.pow(32);

    @Override
    public Optional<UnverifiedCsr> read(byte[] der) {
        if (der.length > CertificateSigningRequest.MAX_SIZE) {
            return Optional.empty();
        }
        try {
            CertificationRequest request = new PKCS10CertificationRequest(der).toASN1Structure();
            return request.getCertificationRequestInfo().getVersion().hasValue(0)
                            && Arrays.equals(request.getEncoded(ASN1Encoding.DER), der)
                    ? Optional.of(new Read(request, commonNamesOf(request), alternativeNamesOf(request)))
                    : Optional.empty();
        } catch (IOException | RuntimeException notARequest) {
            return Optional.empty();
        }
    }

    private static List<String> commonNamesOf(CertificationRequest request) {
        List<String> names = new ArrayList<>();
        for (RDN rdn : request.getCertificationRequestInfo().getSubject().getRDNs()) {
            for (AttributeTypeAndValue value : rdn.getTypesAndValues()) {
                if (value.getType().equals(BCStyle.CN)) {
                    names.add(value.getValue() instanceof ASN1String text ? text.getString() : "#" + value.getValue());
                }
            }
        }
        return names;
    }

    private static List<UnverifiedCsr.AlternativeName> alternativeNamesOf(CertificationRequest request) {
        List<UnverifiedCsr.AlternativeName> names = new ArrayList<>();
        for (var element : request.getCertificationRequestInfo().getAttributes()) {
            Attribute attribute = Attribute.getInstance(element);
            if (attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
                for (var value : attribute.getAttrValues()) {
                    Extension extension = Extensions.getInstance(value).getExtension(Extension.subjectAlternativeName);
                    if (extension != null) {
                        for (GeneralName name : GeneralNames.getInstance(extension.getParsedValue())
                                .getNames()) {
                            names.add(new UnverifiedCsr.AlternativeName(name.getTagNo(), textOf(name)));
                        }
                    }
                }
            }
        }
        return names;
    }

    private static String textOf(GeneralName name) {
        return name.getName() instanceof ASN1String text ? text.getString() : "#" + name.getName();
    }

    private record Read(CertificationRequest parsed, List<String> commonNames, List<AlternativeName> alternativeNames)
            implements UnverifiedCsr {

        @Override
        public byte[] der() {
            return encoded(parsed);
        }

        @Override
        public byte[] publicKeyInfo() {
            return encoded(info());
        }

        @Override
        public String signatureAlgorithm() {
            return parsed.getSignatureAlgorithm().getAlgorithm().getId();
        }

        @Override
        public KeyDescription key() {
            AlgorithmIdentifier algorithm = info().getAlgorithm();
            String name = nameOf(algorithm);
            try {
                if (publicKey() instanceof RSAPublicKey rsa) {
                    int bits = rsa.getModulus().bitLength();
                    return new KeyDescription(isSound(rsa) ? Kind.RSA : Kind.OTHER, bits, "RSA " + bits);
                }
                return new KeyDescription(isSoundPoint(name) ? kindOf(name) : Kind.OTHER, 0, name);
            } catch (GeneralSecurityException | IOException | RuntimeException unknown) {
                return new KeyDescription(Kind.OTHER, 0, name);
            }
        }

        // The JDK keeps the encoding it was given, and mends the sign of a number.
        private boolean isSound(RSAPublicKey key) throws IOException {
            BigInteger exponent = key.getPublicExponent();
            SubjectPublicKeyInfo canonical = new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                    new org.bouncycastle.asn1.pkcs.RSAPublicKey(key.getModulus(), exponent));
            return exponent.testBit(0)
                    && key.getModulus().testBit(0)
                    && exponent.compareTo(BigInteger.ONE) > 0
                    && exponent.compareTo(MAX_RSA_EXPONENT) < 0
                    && canonical.equals(info());
        }

        // The JDK takes any two numbers for a point of a curve.
        private boolean isSoundPoint(String name) {
            byte[] point = info().getPublicKeyData().getOctets();
            if (name.equals("Ed25519")) {
                return info().getAlgorithm().getParameters() == null && Ed25519.validatePublicKeyFull(point, 0);
            }
            X9ECParameters curve = ECNamedCurveTable.getByOID(
                    (ASN1ObjectIdentifier) info().getAlgorithm().getParameters());
            return Arrays.equals(curve.getCurve().decodePoint(point).normalize().getEncoded(false), point);
        }

        @Override
        public boolean provesPossession() {
            try {
                AlgorithmIdentifier algorithm = parsed.getSignatureAlgorithm();
                Signature signature =
                        Signature.getInstance(algorithm.getAlgorithm().getId());
                signature.initVerify(publicKey());
                signature.update(encoded(parsed.getCertificationRequestInfo()));
                return signature.verify(parsed.getSignature().getOctets());
            } catch (GeneralSecurityException | RuntimeException notProven) {
                return false;
            }
        }

        private SubjectPublicKeyInfo info() {
            return parsed.getCertificationRequestInfo().getSubjectPublicKeyInfo();
        }

        private PublicKey publicKey() throws GeneralSecurityException {
            ASN1ObjectIdentifier algorithm = info().getAlgorithm().getAlgorithm();
            // The JDK knows this one by name only.
            String name = algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey) ? "EC" : algorithm.getId();
            return KeyFactory.getInstance(name).generatePublic(new X509EncodedKeySpec(publicKeyInfo()));
        }

        private static String nameOf(AlgorithmIdentifier algorithm) {
            if (algorithm.getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519)) {
                return "Ed25519";
            }
            if (algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
                    && algorithm.getParameters() instanceof ASN1ObjectIdentifier curve) {
                String nist = NISTNamedCurves.getName(curve);
                return "EC " + (nist == null ? ECNamedCurveTable.getName(curve) : nist);
            }
            return algorithm.getAlgorithm().getId();
        }

        private static Kind kindOf(String name) {
            return switch (name) {
                case "EC P-256" -> Kind.EC_P256;
                case "EC P-384" -> Kind.EC_P384;
                case "Ed25519" -> Kind.ED25519;
                default -> Kind.OTHER;
            };
        }

        private static byte[] encoded(ASN1Object object) {
            try {
                return object.getEncoded(ASN1Encoding.DER);
            } catch (IOException e) {
                throw new IllegalStateException("what was read can be written", e);
            }
        }
    }
}
