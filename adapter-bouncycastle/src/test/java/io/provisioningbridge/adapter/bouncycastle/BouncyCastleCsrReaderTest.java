package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.KeyDescription;
import io.provisioningbridge.core.domain.UnverifiedCsr;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.testkit.contract.CsrReaderContract;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.RawCsr;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.fixture.UnsoundKey;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.io.IOException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DLSequence;
import org.bouncycastle.asn1.DLSet;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BouncyCastleCsrReaderTest implements CsrReaderContract {

    private static final int MUTANTS_PER_KEY = 2_500;

    private final CsrReader reader = new BouncyCastleCsrReader();

    @Override
    public CsrReader reader() {
        return reader;
    }

    @Test
    void readShouldAgreeWithASecondOpinionOnEveryMutant() {
        CsrReader second = new SimpleCsrReader();
        Seeded seeded = new Seeded(7);
        int readable = 0;
        for (DeviceKey key : List.of(DeviceKey.p256(), DeviceKey.p384(), DeviceKey.ed25519(), DeviceKey.rsa(2048))) {
            byte[] original = CsrBuilder.forDevice("dev-1")
                    .organization("Acme")
                    .dnsNames("dev-1")
                    .alternativeName(7, "10.0.0.1")
                    .askingForAuthority()
                    .key(key)
                    .der();
            for (int i = 0; i < MUTANTS_PER_KEY; i++) {
                byte[] mutant = i % 2 == 0
                        ? seeded.mutated(original)
                        : RawCsr.signed(seeded.mutated(RawCsr.of(original).signedPart()), DeviceKey.p256());
                Optional<UnverifiedCsr> csr = reader.read(mutant);
                assertSame(csr, second.read(mutant));
                readable += csr.isPresent() ? 1 : 0;
            }
        }
        assertThat(readable).isGreaterThan(MUTANTS_PER_KEY / 2);
    }

    private static void assertSame(Optional<UnverifiedCsr> one, Optional<UnverifiedCsr> other) {
        assertThat(one.isPresent()).isEqualTo(other.isPresent());
        if (one.isPresent() && other.isPresent()) {
            UnverifiedCsr mine = one.get();
            UnverifiedCsr theirs = other.get();
            assertThat(mine.der()).isEqualTo(theirs.der());
            assertThat(mine.publicKeyInfo()).isEqualTo(theirs.publicKeyInfo());
            assertThat(mine.key().kind()).isEqualTo(theirs.key().kind());
            assertThat(mine.signatureAlgorithm()).isEqualTo(theirs.signatureAlgorithm());
            assertThat(comparable(mine.commonNames())).isEqualTo(comparable(theirs.commonNames()));
            assertThat(mine.alternativeNames()).hasSameSizeAs(theirs.alternativeNames());
            if (mine.key().kind() != KeyDescription.Kind.OTHER) {
                assertThat(mine.key()).isEqualTo(theirs.key());
                assertThat(mine.provesPossession()).isEqualTo(theirs.provesPossession());
            }
        }
    }

    /** What is no text on the wire has no agreed form. */
    private static List<String> comparable(List<String> names) {
        return names.stream().map(name -> name.startsWith("#") ? "#" : name).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "COMPRESSED_POINT, EC P-256 with a compressed point",
        "EXPLICIT_CURVE, EC without a named curve",
        "POINT_OFF_THE_CURVE, EC P-256 without a point of the curve",
        "RSA_EXPONENT_ONE, RSA 2048 with an unsafe modulus or exponent",
        "RSA_STRANGE_PARAMETERS, RSA 2048 in a form that is not allowed",
        "ED25519_OF_LOW_ORDER, Ed25519 in a form that is not allowed"
    })
    void keyShouldSayWhatIsUnsoundAboutIt(UnsoundKey key, String name) {
        assertThat(described(key.publicKeyInfo())).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "1.3.101.113, Ed448",
        "1.2.840.10040.4.1, DSA",
        "1.2.3.4.5, 1.2.3.4.5",
        "1.2.3456789012345678901234567890.1234567890123456789, unknown algorithm"
    })
    void keyShouldNameOtherAlgorithmsBriefly(String algorithm, String name) throws IOException {
        byte[] key = new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm)), new byte[57])
                .getEncoded();

        assertThat(described(key)).isEqualTo(name);
    }

    private String described(byte[] publicKeyInfo) {
        return reader.read(CsrBuilder.forDevice("dev-1")
                        .publicKeyInfo(publicKeyInfo)
                        .der())
                .orElseThrow()
                .key()
                .name();
    }

    @Test
    void provesPossessionShouldUseTheProviderGivenAndFallBackWhereItKnowsNothing() {
        Provider rsaOnly = Security.getProvider("SunRsaSign");
        CsrReader withRsaOnly = new BouncyCastleCsrReader(rsaOnly);

        for (DeviceKey key : List.of(DeviceKey.rsa(2048), DeviceKey.p256(), DeviceKey.ed25519())) {
            CsrBuilder csr = CsrBuilder.forDevice("dev-1").key(key);
            assertThat(withRsaOnly.read(csr.der()).orElseThrow().provesPossession())
                    .isTrue();
            assertThat(withRsaOnly
                            .read(csr.brokenSignature().der())
                            .orElseThrow()
                            .provesPossession())
                    .isFalse();
        }
    }

    @Test
    void readShouldNotInstallAProvider() {
        reader.read(CsrBuilder.forDevice("dev-1").der()).orElseThrow().provesPossession();

        assertThat(Security.getProvider("BC")).isNull();
    }

    @Test
    void readShouldBeQuickAboutALargeSetInTheWrongOrder() throws IOException {
        ASN1EncodableVector members = new ASN1EncodableVector();
        for (int i = 4_000; i > 0; i--) {
            members.add(new DEROctetString(new byte[] {(byte) (i >> 8), (byte) i}));
        }
        byte[] set = new DLSequence(new DLSet(members)).getEncoded(ASN1Encoding.DL);
        long start = System.nanoTime();

        assertThat(reader.read(set)).isEmpty();

        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    }
}
