package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/**
 * An EC P-256 key of the bridge's own: that of its HTTPS listener, with what is made with it, or the one it signs receipts
 * with. Immutable; prints nothing of the key.
 */
public final class ServerKey {

    private static final Duration THROW_AWAY_LIFETIME = Duration.ofDays(1);
    private static final Duration BACKDATE = Duration.ofMinutes(1);

    private final KeyPair pair;
    private final SecureRandom random;

    private ServerKey(KeyPair pair, SecureRandom random) {
        this.pair = pair;
        this.random = random;
    }

    /** A new key. */
    public static ServerKey generate(SecureRandom random) {
        return new ServerKey(EcKeys.generate(random), random);
    }

    /** A P-256 key in PKCS#8 PEM, unencrypted. */
    public static Parsed<ServerKey> parse(String pem, SecureRandom random) {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            return parser.readObject() instanceof PrivateKeyInfo key
                    ? Parsed.valid(new ServerKey(EcKeys.read(key), random))
                    : Parsed.invalid("there is no unencrypted PKCS#8 key (-----BEGIN PRIVATE KEY-----)");
        } catch (IOException | RuntimeException e) {
            return Parsed.invalid("the key is damaged, or is not an EC P-256 key");
        }
    }

    /**
     * The key in a file, which is made with mode 0600 when there is none yet. A file that holds something else is left alone.
     *
     * @throws IOException the file cannot be read or written, or holds no such key
     */
    public static ServerKey open(Path file, SecureRandom random) throws IOException {
        if (Files.exists(file)) {
            PrivateFiles.protect(file);
            Parsed<ServerKey> parsed = parse(Files.readString(file, StandardCharsets.ISO_8859_1), random);
            if (parsed instanceof Parsed.Invalid<ServerKey> invalid) {
                throw new IOException(
                        file + ": " + invalid.problem() + "; remove the file, and a new key is made at the next start");
            }
            return parsed.orThrow();
        }
        ServerKey key = generate(random);
        PrivateFiles.write(file, key.pem().reveal(), PrivateFiles.OWNER_ONLY);
        return key;
    }

    /** The key in PKCS#8 PEM. */
    public Secret pem() {
        return new Secret(Pem.of("PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    /** The private half, for a TLS key store. */
    public PrivateKey privateKey() {
        return pair.getPrivate();
    }

    /** The public half. */
    public PublicKey publicKey() {
        return pair.getPublic();
    }

    /**
     * A PKCS#10 request in DER, CN the first of the names, all of them as subject alternative names.
     *
     * @param names host names and IP literals, at least one
     */
    public byte[] certificateRequest(List<String> names) {
        try {
            return new PKCS10CertificationRequestBuilder(subject(names), info())
                    .addAttribute(
                            PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                            new Extensions(Extension.create(
                                    Extension.subjectAlternativeName,
                                    false,
                                    new GeneralNames(alternativeNames(names).toArray(GeneralName[]::new)))))
                    .build(CertificateTemplate.signer(pair.getPrivate(), random))
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("cannot make a request for " + names, e);
        }
    }

    /**
     * A certificate nobody vouches for, to listen with until there is a real one. Valid for a day.
     *
     * @param names host names and IP literals, at least one
     */
    public X509Certificate selfSigned(List<String> names, Instant now) {
        X500Name subject = subject(names);
        return new CertificateTemplate(subject, info(), now.minus(BACKDATE), now.plus(THROW_AWAY_LIFETIME))
                .leaf(
                        KeyPurposeId.id_kp_serverAuth,
                        alternativeNames(names),
                        new CertificateTemplate.Issuer(subject, info(), pair.getPrivate()),
                        random);
    }

    private SubjectPublicKeyInfo info() {
        return SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    }

    private static X500Name subject(List<String> names) {
        return CertificateTemplate.named(names.get(0));
    }

    private static List<GeneralName> alternativeNames(List<String> names) {
        return names.stream().map(CertificateTemplate::alternativeName).toList();
    }

    @Override
    public String toString() {
        return "ServerKey[EC P-256]";
    }
}
