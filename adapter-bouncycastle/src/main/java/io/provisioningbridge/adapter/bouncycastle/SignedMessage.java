package io.provisioningbridge.adapter.bouncycastle;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * A CMS message of the one shape that is taken: SignedData that holds data, one signer and its certificate, and nothing but
 * algorithms and keys that are allowed. Immutable.
 */
final class SignedMessage {

    private final byte[] content;
    private final IncludedCertificate certificate;
    private final MessageHash hash;
    private final String signatureAlgorithm;
    private final byte[] signature;
    private final byte[] signedPart;
    private final Optional<byte[]> claimedDigest;

    /** Throws whatever the parser throws when a part is malformed, and IllegalArgumentException when one is not allowed. */
    SignedMessage(ContentInfo message) throws IOException {
        require(message.getContentType().equals(CMSObjectIdentifiers.signedData), "not SignedData");
        SignedData data = SignedData.getInstance(message.getContent());
        this.content = content(data.getEncapContentInfo());
        require(data.getSignerInfos().size() == 1, "not one signer");
        SignerInfo signer = SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
        this.certificate = certificate(data, signer);
        require(PublicKeys.describe(certificate.publicKeyInfo()).isAllowed(), "a key that is not allowed");
        this.hash = MessageHash.of(signer.getDigestAlgorithm().getAlgorithm());
        this.signatureAlgorithm =
                hash.signatureAlgorithm(signer.getDigestEncryptionAlgorithm().getAlgorithm());
        this.signature = signer.getEncryptedDigest().getOctets();
        ASN1Set attributes = signer.getAuthenticatedAttributes();
        if (attributes == null) {
            // The attributes of another message may be passed off as content, as they are signed alike. They are a SET,
            // which begins with this tag; no JSON object does.
            require(content.length == 0 || content[0] != (BERTags.SET | BERTags.CONSTRUCTED), "attributes as content");
            this.signedPart = content;
            this.claimedDigest = Optional.empty();
        } else {
            require(
                    CMSObjectIdentifiers.data.equals(
                            ASN1ObjectIdentifier.getInstance(only(CMSAttributes.contentType, attributes))),
                    "another type was signed");
            // Signed as DER and as the SET that they are (RFC 5652 section 5.4), however they were sent.
            this.signedPart = attributes.getEncoded(ASN1Encoding.DER);
            this.claimedDigest = Optional.of(ASN1OctetString.getInstance(only(CMSAttributes.messageDigest, attributes))
                    .getOctets());
        }
    }

    private static byte[] content(ContentInfo inner) {
        // Signatures over other types were made for other purposes.
        require(inner.getContentType().equals(CMSObjectIdentifiers.data), "not data");
        require(inner.getContent() != null, "detached");
        return ASN1OctetString.getInstance(inner.getContent()).getOctets();
    }

    private static IncludedCertificate certificate(SignedData data, SignerInfo signer) throws IOException {
        List<IncludedCertificate> named = new ArrayList<>();
        require(data.getCertificates() != null, "no certificate");
        for (ASN1Encodable choice : data.getCertificates()) {
            // The other kinds, such as attribute certificates, are tagged.
            if (choice instanceof ASN1Sequence sequence) {
                IncludedCertificate included = new IncludedCertificate(sequence);
                if (included.isNamedBy(signer.getSID())) {
                    named.add(included);
                }
            }
        }
        require(named.size() == 1, "not one certificate of the signer");
        return named.get(0);
    }

    /** The only value of the only attribute of this type. */
    private static ASN1Encodable only(ASN1ObjectIdentifier type, ASN1Set attributes) {
        List<Attribute> found = new ArrayList<>();
        for (ASN1Encodable element : attributes) {
            Attribute attribute = Attribute.getInstance(element);
            if (attribute.getAttrType().equals(type)) {
                found.add(attribute);
            }
        }
        require(found.size() == 1 && found.get(0).getAttrValues().size() == 1, "an attribute is not there once");
        return found.get(0).getAttrValues().getObjectAt(0);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** All that was signed. */
    byte[] content() {
        return content.clone();
    }

    /** The signer's. */
    IncludedCertificate certificate() {
        return certificate;
    }

    /** Whether the signer's key signed this content. */
    boolean isSignedRight(SignatureVerifier verifier) throws IOException {
        boolean rightDigest = claimedDigest
                .map(claimed -> MessageDigest.isEqual(claimed, hash.digest(content)))
                .orElse(true);
        SubjectPublicKeyInfo key = certificate.publicKeyInfo();
        return rightDigest
                && verifier.verifies(signatureAlgorithm, key.getEncoded(ASN1Encoding.DER), signedPart, signature);
    }
}
