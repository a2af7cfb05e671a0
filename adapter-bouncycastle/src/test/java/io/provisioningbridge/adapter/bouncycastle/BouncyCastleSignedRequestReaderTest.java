package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.port.SignedRequestReader;
import io.provisioningbridge.core.port.SignedRequestReader.Reading;
import io.provisioningbridge.testkit.contract.SignedRequestReaderContract;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SignedRequestBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.Provider;
import java.security.Security;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DLSequence;
import org.bouncycastle.asn1.DLSet;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BouncyCastleSignedRequestReaderTest implements SignedRequestReaderContract {

    private static final long TWO_SECONDS = 2_000_000_000L;
    private static final ASN1ObjectIdentifier UNKNOWN = new ASN1ObjectIdentifier("1.2.3");

    private final SignedRequestReader reader = new BouncyCastleSignedRequestReader();

    @Override
    public SignedRequestReader reader() {
        return reader;
    }

    @Test
    void readShouldTakeMessagesUpToItsSizeAndNoLarger() {
        int frame = request(60_000).length - 60_000;
        int largest = BouncyCastleSignedRequestReader.MAX_SIZE - frame;

        // The length of a signature varies by a few bytes.
        assertThat(request(largest - 8)).hasSizeBetween(65_500, BouncyCastleSignedRequestReader.MAX_SIZE);
        assertThat(reader.read(request(largest - 8))).isInstanceOf(Reading.Signed.class);
        assertThat(reader.read(request(largest + 8))).isInstanceOf(Reading.Broken.class);
    }

    private static byte[] request(int size) {
        return SignedRequestBuilder.of(new byte[size]).openLengths().cms();
    }

    @Test
    void readShouldUseTheProviderGivenAndFallBackWhereItKnowsNothing() {
        Provider rsaOnly = Security.getProvider("SunRsaSign");
        SignedRequestReader withRsaOnly = new BouncyCastleSignedRequestReader(rsaOnly);

        for (DeviceKey key : List.of(DeviceKey.rsa(2048), DeviceKey.p256(), DeviceKey.ed25519())) {
            SignedRequestBuilder request =
                    SignedRequestBuilder.of(new byte[] {1}).signer(key);
            assertThat(withRsaOnly.read(request.cms())).isInstanceOf(Reading.Signed.class);
            assertThat(withRsaOnly.read(request.brokenSignature().cms())).isInstanceOf(Reading.WrongSignature.class);
        }
    }

    @Test
    void readShouldNotInstallAProvider() {
        reader.read(request(10));

        assertThat(Security.getProvider("BC")).isNull();
    }

    /** Large messages that a parser or a sorter may choke on. */
    static Stream<Named<SignedRequestBuilder>> laboriousRequests() {
        DeviceKey key = DeviceKey.p256();
        ASN1Set octets = backwards(20_000, i -> new DEROctetString(new byte[] {(byte) (i >> 7)}));
        ASN1Set attributes = backwards(5_000, i -> sequence(UNKNOWN, new DLSet(new ASN1Integer(i))));
        SignedRequestBuilder certificates = request().signer(key);
        for (int i = 0; i < 330; i++) {
            certificates.extraCertificate(certificate(key, sequence(new DLSet())));
        }
        return Stream.of(
                Named.of("values", withAttributes(sequence(UNKNOWN, octets))),
                Named.of("attributes", withAttributes(attributes.toArray())),
                Named.of("names", request().extraCertificate(certificate(key, sequence(octets)))),
                Named.of("certificates", certificates));
    }

    @ParameterizedTest
    @MethodSource("laboriousRequests")
    void readShouldBeQuickAboutManyThingsInTheWrongOrder(SignedRequestBuilder request) {
        byte[] cms = request.cms();
        assertThat(cms.length).isBetween(50_000, BouncyCastleSignedRequestReader.MAX_SIZE);
        long start = System.nanoTime();

        assertThat(reader.read(cms)).isInstanceOf(Reading.Signed.class);

        assertThat(System.nanoTime() - start).isLessThan(TWO_SECONDS);
    }

    private static SignedRequestBuilder request() {
        return SignedRequestBuilder.of(new byte[] {'{', '}'});
    }

    /** Signed in the order of DER, sent in another. */
    private static SignedRequestBuilder withAttributes(ASN1Encodable... more) {
        return request()
                .attributesChanged(set -> {
                    ASN1EncodableVector attributes = new ASN1EncodableVector();
                    attributes.addAll(more);
                    attributes.addAll(ASN1Set.getInstance(set).toArray());
                    return encoded(new DERSet(attributes), ASN1Encoding.DER);
                })
                .signedAttributesChanged(set -> encoded(backwards(ASN1Set.getInstance(set)), ASN1Encoding.DL));
    }

    /** A certificate that nobody signed. */
    private static byte[] certificate(DeviceKey key, ASN1Encodable issuer) {
        AlgorithmIdentifier algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        Time time = new Time(Date.from(Instant.parse("2030-01-01T00:00:00Z")));
        ASN1Encodable toBeSigned = sequence(
                new ASN1Integer(1),
                algorithm,
                issuer,
                sequence(time, time),
                new X500Name("CN=dev-1"),
                SubjectPublicKeyInfo.getInstance(key.publicKeyInfo()));
        return encoded(sequence(toBeSigned, algorithm, new DERBitString(new byte[8])), ASN1Encoding.DL);
    }

    private static byte[] encoded(ASN1Object object, String encoding) {
        try {
            return object.getEncoded(encoding);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DLSequence sequence(ASN1Encodable... members) {
        return new DLSequence(members);
    }

    private static ASN1Set backwards(ASN1Set set) {
        return backwards(set.size(), i -> set.getObjectAt(i - 1));
    }

    private static ASN1Set backwards(int size, IntFunction<ASN1Encodable> member) {
        ASN1EncodableVector members = new ASN1EncodableVector(size);
        for (int i = size; i > 0; i--) {
            members.add(member.apply(i));
        }
        return new DLSet(members);
    }
}
