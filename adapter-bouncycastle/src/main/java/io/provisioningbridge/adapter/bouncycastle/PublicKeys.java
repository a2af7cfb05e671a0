package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.KeyDescription;
import io.provisioningbridge.core.domain.KeyDescription.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTNamedCurves;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Says what kind of key a SubjectPublicKeyInfo holds. Of the kinds the bridge may accept only the one canonical form counts:
 * keys are told apart by the hash of these bytes, and a second spelling would be a second key.
 */
final class PublicKeys {

    private static final BigInteger MAX_RSA_EXPONENT = BigInteger.TWO.pow(32);

    private static final Map<ASN1ObjectIdentifier, Kind> CURVES =
            Map.of(SECObjectIdentifiers.secp256r1, Kind.EC_P256, SECObjectIdentifiers.secp384r1, Kind.EC_P384);

    private static final Map<String, String> OTHER_ALGORITHMS = Map.of(
            "1.2.840.10040.4.1", "DSA",
            "1.2.840.113549.1.1.10", "RSASSA-PSS",
            "1.3.101.110", "X25519",
            "1.3.101.111", "X448",
            "1.3.101.113", "Ed448");

    private PublicKeys() {}

    /** Never fails; the name is short whatever the key holds. */
    static KeyDescription describe(SubjectPublicKeyInfo info) {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        try {
            if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
                return ellipticCurve(info);
            }
            if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
                return ed25519(info);
            }
            if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
                return rsa(info);
            }
        } catch (IOException | RuntimeException malformed) {
            return other("malformed");
        }
        String name = OTHER_ALGORITHMS.getOrDefault(algorithm.getId(), algorithm.getId());
        return other(name.length() > 40 ? "unknown algorithm" : name);
    }

    private static KeyDescription ellipticCurve(SubjectPublicKeyInfo info) {
        ASN1Encodable parameters = info.getAlgorithm().getParameters();
        if (!(parameters instanceof ASN1ObjectIdentifier identifier)) {
            return other("EC without a named curve");
        }
        String name = "EC " + curveName(identifier);
        Kind kind = CURVES.getOrDefault(identifier, Kind.OTHER);
        if (kind == Kind.OTHER) {
            return other(name);
        }
        byte[] point = info.getPublicKeyData().getOctets();
        if (point.length > 0 && (point[0] == 2 || point[0] == 3)) {
            return other(name + " with a compressed point");
        }
        ECCurve curve = ECNamedCurveTable.getByOID(identifier).getCurve();
        return isPoint(curve, point)
                ? new KeyDescription(kind, 0, name)
                : other(name + " without a point of the curve");
    }

    private static String curveName(ASN1ObjectIdentifier identifier) {
        String name = NISTNamedCurves.getName(identifier);
        if (name == null) {
            name = ECNamedCurveTable.getName(identifier);
        }
        return name == null ? "on an unknown curve" : name;
    }

    /** Whether these bytes are the uncompressed form of a point other than infinity. */
    private static boolean isPoint(ECCurve curve, byte[] point) {
        try {
            return point.length > 1
                    && Arrays.equals(curve.decodePoint(point).normalize().getEncoded(false), point);
        } catch (IllegalArgumentException notOnTheCurve) {
            return false;
        }
    }

    private static KeyDescription ed25519(SubjectPublicKeyInfo info) {
        byte[] point = info.getPublicKeyData().getOctets();
        // With a point of low order anybody can sign: it must be one of the large group.
        boolean sound = info.getAlgorithm().getParameters() == null
                && point.length == Ed25519.PUBLIC_KEY_SIZE
                && Ed25519.validatePublicKeyFull(point, 0);
        return sound ? new KeyDescription(Kind.ED25519, 0, "Ed25519") : other("Ed25519 in a form that is not allowed");
    }

    private static KeyDescription rsa(SubjectPublicKeyInfo info) throws IOException {
        RSAPublicKey key = RSAPublicKey.getInstance(info.parsePublicKey());
        int bits = key.getModulus().bitLength();
        String name = "RSA " + bits;
        BigInteger exponent = key.getPublicExponent();
        boolean soundNumbers = key.getModulus().testBit(0)
                && exponent.testBit(0)
                && exponent.compareTo(BigInteger.ONE) > 0
                && exponent.compareTo(MAX_RSA_EXPONENT) <= 0;
        if (!soundNumbers) {
            return new KeyDescription(Kind.OTHER, bits, name + " with an unsafe modulus or exponent");
        }
        // Encoded anew from its numbers: the parser mends a wrong sign.
        boolean canonical = DERNull.INSTANCE.equals(info.getAlgorithm().getParameters())
                && Arrays.equals(
                        key.getEncoded(ASN1Encoding.DER),
                        info.getPublicKeyData().getOctets());
        return new KeyDescription(
                canonical ? Kind.RSA : Kind.OTHER, bits, canonical ? name : name + " in a form that is not allowed");
    }

    private static KeyDescription other(String name) {
        return new KeyDescription(Kind.OTHER, 0, name);
    }
}
