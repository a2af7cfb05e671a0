package io.provisioningbridge.adapter.bouncycastle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The hash functions of signed requests, each with the signature algorithms that go with it. */
enum MessageHash {
    SHA_256(
            "SHA-256",
            NISTObjectIdentifiers.id_sha256,
            PKCSObjectIdentifiers.sha256WithRSAEncryption,
            X9ObjectIdentifiers.ecdsa_with_SHA256),
    SHA_384(
            "SHA-384",
            NISTObjectIdentifiers.id_sha384,
            PKCSObjectIdentifiers.sha384WithRSAEncryption,
            X9ObjectIdentifiers.ecdsa_with_SHA384),
    SHA_512(
            "SHA-512",
            NISTObjectIdentifiers.id_sha512,
            PKCSObjectIdentifiers.sha512WithRSAEncryption,
            X9ObjectIdentifiers.ecdsa_with_SHA512);

    private final String name;
    private final String identifier;
    private final String withRsa;
    private final String withEcdsa;

    MessageHash(
            String name,
            ASN1ObjectIdentifier identifier,
            ASN1ObjectIdentifier withRsa,
            ASN1ObjectIdentifier withEcdsa) {
        this.name = name;
        this.identifier = identifier.getId();
        this.withRsa = withRsa.getId();
        this.withEcdsa = withEcdsa.getId();
    }

    /** @throws IllegalArgumentException for one that is not allowed */
    static MessageHash of(ASN1ObjectIdentifier identifier) {
        for (MessageHash hash : values()) {
            if (hash.identifier.equals(identifier.getId())) {
                return hash;
            }
        }
        throw new IllegalArgumentException("a hash function that is not allowed");
    }

    /**
     * The full name of a signature algorithm, in dotted form.
     *
     * @throws IllegalArgumentException for one that is not allowed, or not with this hash
     */
    String signatureAlgorithm(ASN1ObjectIdentifier named) {
        // RFC 3370 section 3.2 names RSA without the hash, and so does OpenSSL.
        if (named.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            return withRsa;
        }
        String algorithm = named.getId();
        // Ed25519 goes with SHA-512 alone (RFC 8419 section 3).
        boolean allowed = algorithm.equals(withRsa)
                || algorithm.equals(withEcdsa)
                || (this == SHA_512 && named.equals(EdECObjectIdentifiers.id_Ed25519));
        if (!allowed) {
            throw new IllegalArgumentException("a signature algorithm that is not allowed");
        }
        return algorithm;
    }

    byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance(name).digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}
