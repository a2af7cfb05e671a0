package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.KeyDescription;
import io.provisioningbridge.core.domain.UnverifiedCsr;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** One request, everything but key and signature taken apart at construction. Immutable. */
final class ParsedCsr implements UnverifiedCsr {

    private final SignatureVerifier verifier;
    private final byte[] der;
    private final byte[] signedPart;
    private final byte[] publicKeyInfo;
    private final CertificationRequest request;
    private final List<String> commonNames;
    private final List<AlternativeName> alternativeNames;

    /** Throws whatever the parser throws when a part is malformed. */
    ParsedCsr(CertificationRequest request, SignatureVerifier verifier) throws IOException {
        this.request = request;
        this.verifier = verifier;
        this.der = encoded(request);
        this.signedPart = encoded(request.getCertificationRequestInfo());
        this.publicKeyInfo = encoded(request.getCertificationRequestInfo().getSubjectPublicKeyInfo());
        this.commonNames = commonNames(request.getCertificationRequestInfo().getSubject());
        List<AlternativeName> names = new ArrayList<>();
        for (ASN1Encodable attribute : request.getCertificationRequestInfo().getAttributes()) {
            addAlternativeNames(Attribute.getInstance(attribute), names);
        }
        this.alternativeNames = List.copyOf(names);
    }

    private static List<String> commonNames(X500Name subject) throws IOException {
        List<String> names = new ArrayList<>();
        for (RDN rdn : subject.getRDNs()) {
            for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
                if (part.getType().equals(BCStyle.CN)) {
                    names.add(text(part.getValue()));
                }
            }
        }
        return List.copyOf(names);
    }

    private static void addAlternativeNames(Attribute attribute, List<AlternativeName> names) throws IOException {
        if (!attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
            return;
        }
        for (ASN1Encodable value : attribute.getAttrValues()) {
            Extension extension = Extensions.getInstance(value).getExtension(Extension.subjectAlternativeName);
            if (extension != null) {
                for (GeneralName name :
                        GeneralNames.getInstance(extension.getParsedValue()).getNames()) {
                    names.add(new AlternativeName(name.getTagNo(), text(name.getName())));
                }
            }
        }
    }

    /** The text; what is none on the wire becomes something that no device id looks like. */
    private static String text(ASN1Encodable value) throws IOException {
        return value instanceof ASN1String string
                ? string.getString()
                : "#" + HexFormat.of().formatHex(value.toASN1Primitive().getEncoded(ASN1Encoding.DER));
    }

    private static byte[] encoded(ASN1Object object) throws IOException {
        return object.getEncoded(ASN1Encoding.DER);
    }

    @Override
    public byte[] der() {
        return der.clone();
    }

    @Override
    public byte[] publicKeyInfo() {
        return publicKeyInfo.clone();
    }

    @Override
    public KeyDescription key() {
        return PublicKeys.describe(request.getCertificationRequestInfo().getSubjectPublicKeyInfo());
    }

    @Override
    public String signatureAlgorithm() {
        return request.getSignatureAlgorithm().getAlgorithm().getId();
    }

    @Override
    public boolean provesPossession() {
        // A bit string whose length is no multiple of eight holds no signature.
        return request.getSignature().getPadBits() == 0
                && verifier.verifies(
                        signatureAlgorithm(),
                        publicKeyInfo,
                        signedPart,
                        request.getSignature().getOctets());
    }

    @Override
    public List<String> commonNames() {
        return commonNames;
    }

    @Override
    public List<AlternativeName> alternativeNames() {
        return alternativeNames;
    }
}
