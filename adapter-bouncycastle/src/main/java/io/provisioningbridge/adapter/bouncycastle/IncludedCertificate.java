package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** A certificate that came with a signed request. Immutable. */
final class IncludedCertificate {

    private final ASN1Sequence asSent;
    private final Certificate certificate;

    /** Throws whatever the parser throws when it is malformed. */
    IncludedCertificate(ASN1Sequence asSent) {
        this.asSent = asSent;
        this.certificate = Certificate.getInstance(asSent);
    }

    /** Whether the signer says that this one is its own. Names are compared byte by byte. */
    boolean isNamedBy(SignerIdentifier signer) throws IOException {
        ASN1Primitive name = signer.toASN1Primitive();
        if (name instanceof ASN1TaggedObject tagged) {
            return tagged.hasContextTag(0)
                    && hasKeyIdentifier(
                            ASN1OctetString.getInstance(tagged, false).getOctets());
        }
        IssuerAndSerialNumber issuerAndSerial = IssuerAndSerialNumber.getInstance(name);
        return issuerAndSerial.getSerialNumber().equals(certificate.getSerialNumber())
                && Arrays.equals(
                        issuerAndSerial.getName().getEncoded(ASN1Encoding.DER),
                        certificate.getIssuer().getEncoded(ASN1Encoding.DER));
    }

    private boolean hasKeyIdentifier(byte[] identifier) {
        Extensions extensions = certificate.getTBSCertificate().getExtensions();
        if (extensions == null) {
            return false;
        }
        ASN1Encodable own = extensions.getExtensionParsedValue(Extension.subjectKeyIdentifier);
        return own != null
                && Arrays.equals(SubjectKeyIdentifier.getInstance(own).getKeyIdentifier(), identifier);
    }

    SubjectPublicKeyInfo publicKeyInfo() {
        return certificate.getSubjectPublicKeyInfo();
    }

    /** The very bytes that were sent. @throws CertificateException if the JDK finds them malformed */
    X509Certificate certificate() throws CertificateException, IOException {
        // Encoded as DER, what was sent in another order would come back in the right one.
        return Pem.certificate(asSent.getEncoded(ASN1Encoding.DL));
    }
}
