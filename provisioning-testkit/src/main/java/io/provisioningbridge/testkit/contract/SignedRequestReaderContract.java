package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.SignedRequestReader;
import io.provisioningbridge.core.port.SignedRequestReader.Reading;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.HostileBytes;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.fixture.SelfSigned;
import io.provisioningbridge.testkit.fixture.SignedRequestBuilder;
import io.provisioningbridge.testkit.fixture.UnsoundKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link SignedRequestReader} does. */
public interface SignedRequestReaderContract {

    /** How many mutated messages are tried. */
    int MUTANTS = 10_000;

    /** What the requests of this contract hold unless a test says otherwise. */
    String JSON = "{\"csr_pem\":\"…\",\"wg_public_key\":\"…\"}";

    /** The reader under test. */
    SignedRequestReader reader();

    /** Requests as devices make them. */
    static Stream<Named<SignedRequestBuilder>> rightRequests() {
        DeviceKey rsa = DeviceKey.rsa(2048);
        return Stream.of(
                Named.of("P-256", request()),
                Named.of("P-256, SHA-384", request().digest("SHA-384")),
                Named.of("P-256, SHA-512", request().digest("SHA-512")),
                Named.of("P-384", request().signer(DeviceKey.p384())),
                Named.of("P-384, SHA-384", request().signer(DeviceKey.p384()).digest("SHA-384")),
                Named.of("RSA 2048", request().signer(rsa)),
                Named.of("RSA 2048, SHA-384", request().signer(rsa).digest("SHA-384")),
                Named.of("RSA 2048, SHA-512", request().signer(rsa).digest("SHA-512")),
                Named.of("RSA that names its hash", request().signer(rsa).signatureAlgorithm("1.2.840.113549.1.1.11")),
                Named.of("Ed25519", request().signer(DeviceKey.ed25519())),
                Named.of("no attributes", request().withoutAttributes()),
                Named.of("no attributes, RSA", request().signer(rsa).withoutAttributes()),
                Named.of(
                        "no attributes, Ed25519",
                        request().signer(DeviceKey.ed25519()).withoutAttributes()),
                Named.of("by key identifier", request().byKeyIdentifier()),
                Named.of("open lengths", request().openLengths()),
                Named.of("open lengths, no attributes", request().openLengths().withoutAttributes()),
                Named.of("more attributes", request().attribute("1.2.3.4", nothing(), nothing())),
                Named.of("unsigned attribute", request().unsignedAttribute("1.2.3.4", nothing())),
                Named.of("expired", expired()));
    }

    @ParameterizedTest
    @MethodSource("rightRequests")
    default void readShouldGiveTheContentAndTheSigner(SignedRequestBuilder request) throws GeneralSecurityException {
        Reading.Signed signed = signed(reader().read(request.cms()));

        assertThat(text(signed)).isEqualTo(JSON);
        assertThat(signed.signer().getEncoded()).isEqualTo(request.certificate());
    }

    @Test
    default void readShouldGiveAnyContentByteForByte() {
        byte[] large = new byte[50_000];
        Arrays.fill(large, (byte) '\r');
        for (byte[] content : new byte[][] {{}, {0}, {'\n'}, {'\r', '\n', (byte) 0xFF}, large}) {
            for (SignedRequestBuilder request : new SignedRequestBuilder[] {
                SignedRequestBuilder.of(content),
                SignedRequestBuilder.of(content).openLengths(),
                SignedRequestBuilder.of(content).withoutAttributes()
            }) {
                assertThat(signed(reader().read(request.cms())).content().bytes())
                        .isEqualTo(content);
            }
        }
    }

    @Test
    default void readShouldIgnoreOtherCertificatesAndFindTheSigners() throws GeneralSecurityException {
        DeviceKey key = DeviceKey.p256();
        X509Certificate current = SelfSigned.certificate(key, "dev-1");
        SignedRequestBuilder request = request()
                .signer(key, current)
                .extraCertificate(SelfSigned.certificate(key, "dev-1"))
                .extraCertificate(SelfSigned.certificate(key, "dev-2"))
                .extraCertificate(SelfSigned.certificate(DeviceKey.rsa(1024), "dev-1"))
                // An attribute certificate, as far as its tag goes.
                .extraCertificate(new byte[] {(byte) 0xA2, 2, 5, 0});

        assertThat(signed(reader().read(request.cms())).signer().getEncoded()).isEqualTo(current.getEncoded());
    }

    @Test
    default void readShouldFindTheSignerByItsKeyIdentifier() throws GeneralSecurityException {
        SignedRequestBuilder request = request()
                .byKeyIdentifier()
                .extraCertificate(SelfSigned.certificate(DeviceKey.p256(), "dev-1"))
                .extraCertificate(SelfSigned.certificate(DeviceKey.ed25519(), "dev-2"));

        assertThat(signed(reader().read(request.cms())).signer().getEncoded()).isEqualTo(request.certificate());
    }

    @Test
    default void readShouldKeepTheContentToItself() {
        byte[] cms = request().cms();
        Reading.Signed signed = signed(reader().read(cms));

        Arrays.fill(cms, (byte) 0);
        signed.content().bytes()[0] = 0;

        assertThat(text(signed)).isEqualTo(JSON);
    }

    /** Requests whose signature is not the signer's, or not over what they hold. */
    static Stream<Named<SignedRequestBuilder>> wrongRequests() {
        DeviceKey rsa = DeviceKey.rsa(2048);
        byte[] other = "{}".getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                Named.of("another content", request().replacedContent(other)),
                Named.of(
                        "another content, no attributes",
                        request().replacedContent(other).withoutAttributes()),
                Named.of("another content, RSA", request().signer(rsa).replacedContent(other)),
                Named.of(
                        "another content, Ed25519",
                        request().signer(DeviceKey.ed25519()).replacedContent(other)),
                Named.of("content taken away", request().replacedContent(new byte[0])),
                Named.of("another digest", digestOf(new byte[32])),
                Named.of("an empty digest", digestOf(new byte[0])),
                Named.of(
                        "another time",
                        request()
                                .signedAttributesChanged(set -> new String(set, StandardCharsets.ISO_8859_1)
                                        .replace("120000Z", "130000Z")
                                        .getBytes(StandardCharsets.ISO_8859_1))),
                Named.of("damaged", request().brokenSignature()),
                Named.of("damaged, no attributes", request().brokenSignature().withoutAttributes()),
                Named.of("damaged, RSA", request().signer(rsa).brokenSignature()),
                Named.of(
                        "damaged, Ed25519",
                        request().signer(DeviceKey.ed25519()).brokenSignature()),
                Named.of("another key", request().forgedBy(DeviceKey.p256())),
                Named.of(
                        "another key, no attributes",
                        request().forgedBy(DeviceKey.p256()).withoutAttributes()),
                Named.of("a larger key", request().forgedBy(DeviceKey.p384())),
                Named.of("a key of another kind", request().forgedBy(rsa)),
                Named.of(
                        "a key of another kind, and so named",
                        request().forgedBy(rsa).signatureAlgorithm("1.2.840.113549.1.1.11")),
                Named.of("RSA named as ECDSA", request().signer(rsa).signatureAlgorithm("1.2.840.10045.4.3.2")));
    }

    @ParameterizedTest
    @MethodSource("wrongRequests")
    default void readShouldTellAWrongSignature(SignedRequestBuilder request) {
        assertThat(reader().read(request.cms())).isInstanceOf(Reading.WrongSignature.class);
    }

    /** Messages of another shape, or with algorithms that are not allowed, whose signature is right. */
    static Stream<Named<SignedRequestBuilder>> brokenRequests() {
        byte[] data = identifier(SignedRequestBuilder.DATA);
        return Stream.of(
                Named.of("detached", request().detached()),
                Named.of(
                        "nobody signed",
                        request().unsigned().extraCertificate(SelfSigned.certificate(DeviceKey.p256(), "dev-1"))),
                Named.of("two signers", request().alsoSignedBy(DeviceKey.p256())),
                Named.of("no certificate", request().withoutCertificates()),
                Named.of(
                        "no certificate of the signer",
                        request()
                                .withoutCertificates()
                                .extraCertificate(SelfSigned.certificate(DeviceKey.p256(), "dev-1"))),
                Named.of(
                        "no certificate of this key identifier",
                        request()
                                .withoutCertificates()
                                .byKeyIdentifier()
                                .extraCertificate(SelfSigned.certificate(DeviceKey.p256(), "dev-1"))),
                Named.of("two certificates of the signer", twoOfOneKey()),
                Named.of("enveloped data", request().type("1.2.840.113549.1.7.3")),
                Named.of("authenticated data", request().type("1.2.840.113549.1.9.16.1.2")),
                Named.of("content of another type", request().contentType("1.2.840.113549.1.9.16.1.4")),
                Named.of(
                        "content of another type, no attributes",
                        request().contentType("1.2.840.113549.1.9.16.1.4").withoutAttributes()),
                Named.of(
                        "the attribute names another type",
                        request()
                                .withoutAttribute(SignedRequestBuilder.CONTENT_TYPE)
                                .attribute(SignedRequestBuilder.CONTENT_TYPE, identifier("1.2.840.113549.1.9.16.1.4"))),
                Named.of("no content type", request().withoutAttribute(SignedRequestBuilder.CONTENT_TYPE)),
                Named.of("no digest", request().withoutAttribute(SignedRequestBuilder.MESSAGE_DIGEST)),
                Named.of("no attribute in the set", request().attributesChanged(set -> new byte[] {0x31, 0})),
                Named.of("two content types", request().attribute(SignedRequestBuilder.CONTENT_TYPE, data)),
                Named.of("two digests", request().attribute(SignedRequestBuilder.MESSAGE_DIGEST, new byte[] {4, 1, 0})),
                Named.of(
                        "two values of a digest",
                        request()
                                .withoutAttribute(SignedRequestBuilder.MESSAGE_DIGEST)
                                .attribute(
                                        SignedRequestBuilder.MESSAGE_DIGEST, new byte[] {4, 1, 0}, new byte[] {4, 1, 1
                                        })),
                Named.of("attributes passed off as content", attributesAsContent()),
                Named.of("MD5", request().signer(DeviceKey.rsa(2048)).digest("MD5")),
                Named.of("SHA-1", request().digest("SHA-1")),
                Named.of("SHA-1 with RSA", request().signer(DeviceKey.rsa(2048)).digest("SHA-1")),
                Named.of("SHA-224", request().digest("SHA-224")),
                Named.of("SHA3-256", request().digest("SHA3-256")),
                Named.of(
                        "RSASSA-PSS",
                        request().signer(DeviceKey.rsa(2048)).signatureAlgorithm("1.2.840.113549.1.1.10")),
                Named.of("two hash functions", request().digest("SHA-512").signatureAlgorithm("1.2.840.10045.4.3.2")),
                Named.of(
                        "Ed25519 with SHA-256",
                        request().signer(DeviceKey.ed25519()).digest("SHA-256")),
                Named.of("RSA 1024", request().signer(DeviceKey.rsa(1024))),
                Named.of("P-224", request().signer(DeviceKey.p224())),
                Named.of("P-521", request().signer(DeviceKey.p521())),
                Named.of("secp256k1", request().signer(DeviceKey.secp256k1())));
    }

    @ParameterizedTest
    @MethodSource("brokenRequests")
    default void readShouldRefuseWhatIsNotASignedRequest(SignedRequestBuilder request) {
        assertThat(reader().read(request.cms())).isInstanceOf(Reading.Broken.class);
    }

    @ParameterizedTest
    @EnumSource
    default void readShouldRefuseAnUnsoundKey(UnsoundKey key) {
        byte[] cms = request().signer(DeviceKey.p256(), key.publicKeyInfo()).cms();

        assertThat(reader().read(cms)).isInstanceOf(Reading.Broken.class);
    }

    /** Bytes that are no certificate request are no signed one either. */
    @ParameterizedTest
    @EnumSource
    default void readShouldRefuseHostileBytes(HostileBytes bytes) {
        assertThat(reader().read(bytes.bytes())).isInstanceOf(Reading.Broken.class);
    }

    @Test
    default void readShouldRefuseWhatIsNotExactlyOneMessage() {
        for (byte[] cms : new byte[][] {request().cms(), request().openLengths().cms()}) {
            byte[] twice = Arrays.copyOf(cms, 2 * cms.length);
            System.arraycopy(cms, 0, twice, cms.length, cms.length);

            assertThat(reader().read(Arrays.copyOf(cms, cms.length + 1))).isInstanceOf(Reading.Broken.class);
            assertThat(reader().read(Arrays.copyOf(cms, cms.length - 1))).isInstanceOf(Reading.Broken.class);
            assertThat(reader().read(twice)).isInstanceOf(Reading.Broken.class);
        }
        assertThat(reader().read(CsrBuilder.forDevice("dev-1").der())).isInstanceOf(Reading.Broken.class);
    }

    @Test
    default void readShouldRefuseBottomlessNests() {
        // Sequences, octet strings and tagged elements, each with a length that is left open.
        for (int tag : new int[] {0x30, 0x24, 0xA0, 0x31}) {
            byte[] nest = new byte[60_000];
            for (int at = 0; at < nest.length; at += 2) {
                nest[at] = (byte) tag;
                nest[at + 1] = (byte) 0x80;
            }
            assertThat(reader().read(nest)).isInstanceOf(Reading.Broken.class);
        }
    }

    /**
     * A quarter of the mutants have attributes that were signed after the mutation, so that what is wrong with them has to be
     * found by reading; the others carry a signature that does not fit, and must fall by that at the latest.
     */
    @Test
    default void readShouldNeverFindSignedWhatOthersDoNot() throws CMSException, GeneralSecurityException, IOException {
        Seeded seeded = new Seeded(20260901);
        DeviceKey key = DeviceKey.p256();
        X509Certificate certificate = SelfSigned.certificate(key, "dev-1");
        byte[][] originals = {
            request().signer(key, certificate).cms(),
            request().signer(key, certificate).openLengths().cms(),
            request()
                    .signer(key, certificate)
                    .withoutAttributes()
                    .byKeyIdentifier()
                    .cms()
        };
        int signed = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = i % 4 < originals.length
                    ? seeded.mutated(originals[i % 4])
                    : request()
                            .signer(key, certificate)
                            .attributesChanged(seeded::mutated)
                            .cms();

            if (reader().read(mutant) instanceof Reading.Signed reading) {
                signed++;
                assertThat(othersAgree(reading, mutant))
                        .as("mutant %d:%n%s", i, Pem.of("CMS", mutant))
                        .isTrue();
                assertThat(text(reading)).isEqualTo(JSON);
            }
        }
        assertThat(signed)
                .as("harmless mutants, such as those with another signing time")
                .isPositive();
    }

    /** By BouncyCastle's reading of the message, and by the JDK's cryptography. */
    private static boolean othersAgree(Reading.Signed reading, byte[] cms)
            throws CMSException, GeneralSecurityException, IOException {
        CMSSignedData message = new CMSSignedData(cms);
        SignerInformation signer = message.getSignerInfos().iterator().next();
        byte[] content = (byte[]) message.getSignedContent().getContent();
        boolean included = false;
        for (X509CertificateHolder certificate : message.getCertificates().getMatches(null)) {
            included |= Arrays.equals(certificate.getEncoded(), reading.signer().getEncoded());
        }
        AttributeTable attributes = signer.getSignedAttributes();
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initVerify(reading.signer().getPublicKey());
        signature.update(attributes == null ? content : signer.getEncodedSignedAttributes());
        return message.getSignerInfos().size() == 1
                && Arrays.equals(content, reading.content().bytes())
                && included
                && (attributes == null || areOf(content, attributes))
                && signature.verify(signer.getSignature());
    }

    private static boolean areOf(byte[] content, AttributeTable attributes) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
        return isOnly(CMSObjectIdentifiers.data, CMSAttributes.contentType, attributes)
                && isOnly(new DEROctetString(digest), CMSAttributes.messageDigest, attributes);
    }

    private static boolean isOnly(ASN1Encodable value, ASN1ObjectIdentifier type, AttributeTable attributes) {
        return attributes.getAll(type).size() == 1
                && Arrays.equals(attributes.get(type).getAttributeValues(), new ASN1Encodable[] {value});
    }

    private static SignedRequestBuilder request() {
        return SignedRequestBuilder.of(JSON.getBytes(StandardCharsets.UTF_8));
    }

    private static SignedRequestBuilder expired() {
        DeviceKey key = DeviceKey.p256();
        return request().signer(key, SelfSigned.expired(key, "dev-1"));
    }

    private static SignedRequestBuilder digestOf(byte[] digest) {
        byte[] value = new byte[digest.length + 2];
        value[0] = 4;
        value[1] = (byte) digest.length;
        System.arraycopy(digest, 0, value, 2, digest.length);
        return request()
                .withoutAttribute(SignedRequestBuilder.MESSAGE_DIGEST)
                .attribute(SignedRequestBuilder.MESSAGE_DIGEST, value);
    }

    private static SignedRequestBuilder twoOfOneKey() {
        DeviceKey key = DeviceKey.p256();
        return request().signer(key).byKeyIdentifier().extraCertificate(SelfSigned.certificate(key, "dev-2"));
    }

    /** What was signed in a message with attributes is their SET; a message without has the same signature over it. */
    private static SignedRequestBuilder attributesAsContent() {
        return SignedRequestBuilder.of(request().signedAttributes()).withoutAttributes();
    }

    /** The ASN.1 value that says nothing. */
    private static byte[] nothing() {
        return new byte[] {5, 0};
    }

    private static byte[] identifier(String dotted) {
        try {
            return new ASN1ObjectIdentifier(dotted).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reading.Signed signed(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Signed.class);
        return (Reading.Signed) reading;
    }

    private static String text(Reading.Signed signed) {
        return new String(signed.content().bytes(), StandardCharsets.UTF_8);
    }
}
