package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.CsrFault;
import io.provisioningbridge.core.domain.CsrJudgement;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyDescription;
import io.provisioningbridge.core.domain.KeyDescription.Kind;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.UnverifiedCsr;
import io.provisioningbridge.core.domain.UnverifiedCsr.AlternativeName;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.HostileBytes;
import io.provisioningbridge.testkit.fixture.RawCsr;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.fixture.UnsoundKey;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link CsrReader} does, alone and as the eyes of {@link CertificateSigningRequest#judge}. */
public interface CsrReaderContract {

    /** How many mutated requests are tried. */
    int MUTANTS = 10_000;

    /** The reader under test. */
    CsrReader reader();

    /** Kinds of key, and what a reader says of them. */
    static Stream<Arguments> keys() {
        return Stream.of(
                Arguments.of(DeviceKey.p256(), Kind.EC_P256, "P-256"),
                Arguments.of(DeviceKey.p384(), Kind.EC_P384, "P-384"),
                Arguments.of(DeviceKey.ed25519(), Kind.ED25519, "Ed25519"),
                Arguments.of(DeviceKey.rsa(2048), Kind.RSA, "RSA 2048"),
                Arguments.of(DeviceKey.rsa(1024), Kind.RSA, "RSA 1024"),
                Arguments.of(DeviceKey.p224(), Kind.OTHER, "P-224"),
                Arguments.of(DeviceKey.p521(), Kind.OTHER, "P-521"),
                Arguments.of(DeviceKey.secp256k1(), Kind.OTHER, "secp256k1"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    default void readShouldDescribeTheKey(DeviceKey key, Kind kind, String name) {
        UnverifiedCsr csr = read(CsrBuilder.forDevice("dev-1").key(key));

        KeyDescription description = csr.key();
        assertThat(description.kind()).isEqualTo(kind);
        assertThat(description.name()).contains(name);
        if (kind == Kind.RSA) {
            assertThat(name).endsWith(" " + description.bits());
        }
        assertThat(csr.publicKeyInfo()).isEqualTo(key.publicKeyInfo());
    }

    @ParameterizedTest
    @EnumSource
    default void readShouldNotTakeAnUnsoundKeyForOneOfItsKind(UnsoundKey key) {
        assertThat(read(CsrBuilder.forDevice("dev-1").publicKeyInfo(key.publicKeyInfo()))
                        .key()
                        .kind())
                .isEqualTo(Kind.OTHER);
    }

    /** Requests as devices make them. */
    static Stream<Arguments> signatures() {
        return Stream.of(
                Arguments.of(DeviceKey.p256(), "SHA256withECDSA", "1.2.840.10045.4.3.2"),
                Arguments.of(DeviceKey.p256(), "SHA384withECDSA", "1.2.840.10045.4.3.3"),
                Arguments.of(DeviceKey.p384(), "SHA512withECDSA", "1.2.840.10045.4.3.4"),
                Arguments.of(DeviceKey.ed25519(), "Ed25519", "1.3.101.112"),
                Arguments.of(DeviceKey.rsa(2048), "SHA256withRSA", "1.2.840.113549.1.1.11"),
                Arguments.of(DeviceKey.rsa(2048), "SHA384withRSA", "1.2.840.113549.1.1.12"),
                Arguments.of(DeviceKey.rsa(2048), "SHA512withRSA", "1.2.840.113549.1.1.13"));
    }

    @ParameterizedTest
    @MethodSource("signatures")
    default void provesPossessionShouldTellARightSignatureFromAWrongOne(DeviceKey key, String name, String identifier) {
        CsrBuilder builder = CsrBuilder.forDevice("dev-1").key(key).signatureAlgorithm(name);

        UnverifiedCsr right = read(builder);

        assertThat(right.signatureAlgorithm()).isEqualTo(identifier);
        assertThat(right.provesPossession()).isTrue();
        assertThat(read(builder.brokenSignature()).provesPossession()).isFalse();
    }

    @Test
    default void provesPossessionShouldRefuseTheSignatureOfAnotherKey() {
        assertThat(read(CsrBuilder.forDevice("dev-1").signedBy(DeviceKey.p256()))
                        .provesPossession())
                .isFalse();
        assertThat(read(CsrBuilder.forDevice("dev-1").signedBy(DeviceKey.rsa(2048)))
                        .provesPossession())
                .isFalse();
        assertThat(read(CsrBuilder.forDevice("dev-1").signedBy(DeviceKey.ed25519()))
                        .provesPossession())
                .isFalse();
    }

    @Test
    default void signatureAlgorithmShouldNameAWeakOne() {
        assertThat(read(CsrBuilder.forDevice("dev-1").signatureAlgorithm("SHA1withECDSA"))
                        .signatureAlgorithm())
                .isEqualTo("1.2.840.10045.4.1");
        assertThat(read(CsrBuilder.forDevice("dev-1").key(DeviceKey.rsa(2048)).signatureAlgorithm("SHA1withRSA"))
                        .signatureAlgorithm())
                .isEqualTo("1.2.840.113549.1.1.5");
    }

    @Test
    default void commonNamesShouldListEveryOne() {
        assertThat(read(CsrBuilder.withoutSubject()).commonNames()).isEmpty();
        assertThat(read(CsrBuilder.withoutSubject().organization("Acme")).commonNames())
                .isEmpty();
        assertThat(read(CsrBuilder.forDevice("dev-1").organizationalUnit("Lab").commonName("dev-2"))
                        .commonNames())
                .containsExactly("dev-1", "dev-2");
        assertThat(read(CsrBuilder.withoutSubject()
                                .commonNamesInOneRdn("a", "b")
                                .commonName("c"))
                        .commonNames())
                .containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @MethodSource("strangeNames")
    default void commonNamesShouldGiveTheTextAsItIs(String name) {
        assertThat(read(CsrBuilder.forDevice(name)).commonNames()).containsExactly(name);
    }

    /** Common names that somebody might escape, trim or cut. */
    static Stream<String> strangeNames() {
        return Stream.of("Dev-1", " dev-1 ", "dev-1\u0000", "dev,1", "a\\b", "#30", "CN=x", "gerät", "\"q\"", "a\nb");
    }

    @Test
    default void alternativeNamesShouldListEveryOneOfEveryAttribute() {
        UnverifiedCsr csr = read(CsrBuilder.forDevice("dev-1")
                .dnsNames("dev-1", "other.example.com")
                .alternativeName(1, "root@example.com")
                .alternativeName(6, "spiffe://x/y"));

        assertThat(csr.alternativeNames())
                .containsExactlyInAnyOrder(
                        new AlternativeName(2, "dev-1"),
                        new AlternativeName(2, "other.example.com"),
                        new AlternativeName(1, "root@example.com"),
                        new AlternativeName(6, "spiffe://x/y"));
        assertThat(read(CsrBuilder.forDevice("dev-1")).alternativeNames()).isEmpty();
        assertThat(read(CsrBuilder.forDevice("dev-1").askingForAuthority()).alternativeNames())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("namesWithoutText")
    default void alternativeNamesShouldNotTakeOtherTypesForADeviceId(int type, String text) {
        assertThat(read(CsrBuilder.forDevice("dev-1").alternativeName(type, text))
                        .alternativeNames())
                .singleElement()
                .satisfies(name -> {
                    assertThat(name.type()).isEqualTo(type);
                    assertThat(DeviceId.parse(name.text()).value()).isEmpty();
                });
    }

    /** Names that are no text on the wire. */
    static Stream<Arguments> namesWithoutText() {
        return Stream.of(Arguments.of(7, "10.0.0.1"), Arguments.of(8, "1.2.840.113549"), Arguments.of(4, "CN=dev-1"));
    }

    @Test
    default void readShouldKeepTheBytesToItself() {
        byte[] der = CsrBuilder.forDevice("dev-1").der();
        UnverifiedCsr csr = reader().read(der).orElseThrow();
        byte[] before = der.clone();

        der[10] ^= 1;
        csr.der()[10] ^= 1;
        csr.publicKeyInfo()[10] ^= 1;

        assertThat(csr.der()).isEqualTo(before);
        assertThat(csr.provesPossession()).isTrue();
        assertThat(csr.key().kind()).isEqualTo(Kind.EC_P256);
    }

    @ParameterizedTest
    @EnumSource
    default void readShouldBeEmptyForWhatIsNotExactlyOneRequestInDer(HostileBytes bytes) {
        assertThat(reader().read(bytes.bytes())).isEmpty();
    }

    /**
     * Half of the mutants are signed anew after the mutation, so that what is wrong with them has to be found by reading;
     * the others carry a signature that does not fit, and must fall by that at the latest.
     */
    @Test
    default void judgeShouldNeverProveWhatTheJdkDoesNot() {
        Seeded seeded = new Seeded(20260707);
        DeviceKey key = DeviceKey.p256();
        byte[] original = CsrBuilder.withoutSubject()
                .organization("Acme")
                .organizationalUnit("Lab")
                .commonName("dev-1")
                .dnsNames("dev-1")
                .key(key)
                .der();
        DeviceId id = new DeviceId("dev-1");
        int proven = 0;
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = i % 2 == 0
                    ? seeded.mutated(original)
                    : RawCsr.signed(seeded.mutated(RawCsr.of(original).signedPart()), key);
            String pem = Pem.of("CERTIFICATE REQUEST", mutant);

            CsrJudgement judgement = CertificateSigningRequest.judge(pem, reader()::read, id);

            if (judgement instanceof CsrJudgement.Proven judged) {
                proven++;
                RawCsr raw = RawCsr.of(judged.request().der());
                assertThat(raw.provesPossession()).as("mutant %d:%n%s", i, pem).isTrue();
                assertThat(judged.request().publicKeyInfo()).isEqualTo(raw.publicKeyInfo());
            }
        }
        assertThat(proven).as("harmless mutants, such as those with another O").isPositive();
    }

    @ParameterizedTest
    @MethodSource("faultyRequests")
    default void judgeShouldNameTheFault(CsrFault fault, String pem) {
        CsrJudgement judgement = CertificateSigningRequest.judge(pem, reader()::read, new DeviceId("dev-1"));

        assertThat(judgement.<Object>fold(request -> "proven", (found, detail) -> found))
                .isEqualTo(fault);
    }

    /** Each fault in the words of a device. */
    static Stream<Arguments> faultyRequests() {
        CsrBuilder manyNames = CsrBuilder.forDevice("dev-1").dnsNames("dev-1").alternativeName(7, "10.0.0.1");
        return Stream.of(
                Arguments.of(
                        CsrFault.TOO_LARGE,
                        " ".repeat(16 * 1024) + CsrBuilder.forDevice("dev-1").pem()),
                Arguments.of(CsrFault.UNREADABLE, "garbage"),
                Arguments.of(CsrFault.UNREADABLE, Pem.of("CERTIFICATE REQUEST", new byte[] {1, 2, 3})),
                faulty(CsrFault.KEY_NOT_ALLOWED, CsrBuilder.forDevice("dev-1").key(DeviceKey.rsa(1024))),
                faulty(CsrFault.KEY_NOT_ALLOWED, CsrBuilder.forDevice("dev-1").key(DeviceKey.p224())),
                faulty(CsrFault.KEY_NOT_ALLOWED, CsrBuilder.forDevice("dev-1").key(DeviceKey.secp256k1())),
                faulty(
                        CsrFault.SIGNATURE_ALGORITHM_NOT_ALLOWED,
                        CsrBuilder.forDevice("dev-1").signatureAlgorithm("SHA1withECDSA")),
                faulty(
                        CsrFault.SIGNATURE_ALGORITHM_NOT_ALLOWED,
                        CsrBuilder.forDevice("dev-1").key(DeviceKey.rsa(2048)).signatureAlgorithm("SHA1withRSA")),
                faulty(
                        CsrFault.POSSESSION_NOT_PROVEN,
                        CsrBuilder.forDevice("dev-1").brokenSignature()),
                faulty(
                        CsrFault.POSSESSION_NOT_PROVEN,
                        CsrBuilder.forDevice("dev-1").signedBy(DeviceKey.p256())),
                faulty(CsrFault.SUBJECT_MISMATCH, CsrBuilder.forDevice("dev-2")),
                faulty(CsrFault.SUBJECT_MISMATCH, CsrBuilder.forDevice("DEV-1")),
                faulty(CsrFault.SUBJECT_MISMATCH, CsrBuilder.forDevice("")),
                faulty(CsrFault.SUBJECT_MISMATCH, CsrBuilder.withoutSubject()),
                faulty(CsrFault.SUBJECT_MISMATCH, CsrBuilder.forDevice("dev-1").commonName("dev-2")),
                faulty(CsrFault.SUBJECT_MISMATCH, CsrBuilder.forDevice("dev-1").commonName("dev-1")),
                faulty(
                        CsrFault.ALTERNATIVE_NAME_MISMATCH,
                        CsrBuilder.forDevice("dev-1").dnsNames("vpn.example.com")),
                faulty(
                        CsrFault.ALTERNATIVE_NAME_MISMATCH,
                        CsrBuilder.forDevice("dev-1").alternativeName(1, "dev-1")),
                faulty(CsrFault.ALTERNATIVE_NAME_MISMATCH, manyNames));
    }

    private static Arguments faulty(CsrFault fault, CsrBuilder csr) {
        return Arguments.of(fault, csr.pem());
    }

    private UnverifiedCsr read(CsrBuilder csr) {
        return reader().read(csr.der()).orElseThrow();
    }
}
