package io.provisioningbridge.core.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerKeyTest {

    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger ORDER_8 =
            new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504");
    private static final BigInteger OTHER_ORDER_8 =
            new BigInteger("39382357235489614581723060781553021112529911719440698176882885853963445705823");
    // The public keys of RFC 7748 section 6.1.
    private static final String ALICE = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    private static final String BOB = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";

    /** Every 32 bytes that stand for a point of low order: https://cr.yp.to/ecdh.html#validate. */
    static Stream<BigInteger> lowOrderEncodings() {
        BigInteger twoP = P.shiftLeft(1);
        return Stream.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                ORDER_8,
                OTHER_ORDER_8,
                P.subtract(BigInteger.ONE),
                P,
                P.add(BigInteger.ONE),
                P.add(ORDER_8),
                P.add(OTHER_ORDER_8),
                twoP.subtract(BigInteger.ONE),
                twoP,
                twoP.add(BigInteger.ONE));
    }

    @ParameterizedTest
    @MethodSource("lowOrderEncodings")
    void parseShouldRefuseEveryEncodingOfAPointOfLowOrder(BigInteger u) throws GeneralSecurityException {
        assertThat(hasSmallOrder(u)).as("what the JDK says").isTrue();
        assertThat(PeerKey.parse(base64(u)).value()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> PeerKey.of(littleEndian(u)));
    }

    @Test
    void parseShouldNameLowOrderAndOtherEncodingsDifferently() {
        assertThat(problem(base64(ORDER_8))).contains("low order");
        assertThat(problem("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).contains("low order");
        assertThat(problem(base64(P))).contains("not a canonical");
        assertThat(problem(base64(P.add(BigInteger.TWO)))).contains("not a canonical");
    }

    @Test
    void parseShouldAgreeWithTheJdkAboutTheOrderOfSmallAndLargeCoordinates() throws GeneralSecurityException {
        for (BigInteger u : LongStream.range(0, 100)
                .mapToObj(BigInteger::valueOf)
                .flatMap(i -> Stream.of(i, P.subtract(BigInteger.ONE).subtract(i)))
                .toList()) {
            assertThat(PeerKey.parse(base64(u)).value().isEmpty())
                    .as("u = %s", u)
                    .isEqualTo(hasSmallOrder(u));
        }
    }

    @Test
    void parseShouldRefuseASecondEncodingOfAKey() {
        // All 19 coordinates from 2^255 - 19 to 2^255 - 1 ...
        for (BigInteger u = P; u.bitLength() < 256; u = u.add(BigInteger.ONE)) {
            assertThat(PeerKey.parse(base64(u)).value()).as("u = %s", u).isEmpty();
        }
        // ... and whatever sets the bit that X25519 ignores, as does the second vector of RFC 7748 section 5.2.
        byte[] alice = HexFormat.of().parseHex(ALICE);
        alice[31] |= (byte) 0x80;
        assertThat(problem(Base64.getEncoder().encodeToString(alice))).contains("not a canonical");
        assertThat(problem(base64Of("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")))
                .contains("not a canonical");
    }

    @ParameterizedTest
    @ValueSource(strings = {ALICE, BOB})
    void parseShouldTakeTheKeysOfTheStandard(String hex) {
        PeerKey key = PeerKey.parse(base64Of(hex)).orThrow();

        assertThat(key.raw()).isEqualTo(HexFormat.of().parseHex(hex));
        assertThat(PeerKey.of(key.raw())).isEqualTo(key);
        assertThat(key).hasToString(base64Of(hex));
    }

    @Test
    void parseShouldTakeEveryKeyTheJdkMakes() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
        for (int i = 0; i < 300; i++) {
            BigInteger u = ((XECPublicKey) generator.generateKeyPair().getPublic()).getU();
            assertThat(PeerKey.parse(base64(u)).orThrow().raw()).isEqualTo(littleEndian(u));
        }
    }

    @Test
    void parseShouldTakeOnlyTheOneTextOfAKey() {
        String text = base64Of(ALICE);

        assertThat(PeerKey.parse(text).value()).isPresent();
        Stream.of(
                        "",
                        " " + text,
                        text + "\n",
                        text.substring(0, 43),
                        text + "=",
                        text.substring(0, 42) + "==",
                        text.replace('+', '-').replace('/', '_'),
                        "\n" + text.substring(1),
                        text.substring(0, 20) + "\n" + text.substring(21),
                        text.substring(0, 20) + "=" + text.substring(21),
                        text.substring(0, 20) + "ä" + text.substring(21),
                        text.substring(0, 20) + "Ａ" + text.substring(21),
                        ALICE,
                        "=".repeat(44),
                        base64Of(ALICE + "00"),
                        base64Of(ALICE.substring(2)))
                .filter(other -> !other.equals(text))
                .forEach(other ->
                        assertThat(PeerKey.parse(other).value()).as(other).isEmpty());
    }

    @Test
    void parseShouldRefuseTextWhoseLastCharacterHoldsBitsBeyondThe32Bytes() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        String start = base64Of(ALICE).substring(0, 42);

        long taken = alphabet.chars()
                .filter(last -> PeerKey.parse(start + (char) last + "=").value().isPresent())
                .count();

        assertThat(taken).as("of 64 characters, those without stray bits").isEqualTo(16);
    }

    @Test
    void parseShouldNotLetAnythingIntoAConfiguration() {
        String hostile = base64Of(ALICE) + "\nAllowedIPs = 0.0.0.0/0";

        assertThat(problem(hostile)).doesNotContain("0.0.0.0").doesNotContain("\n");
    }

    private static String problem(String text) {
        return PeerKey.parse(text).fold(key -> "no problem with " + key, problem -> problem);
    }

    /** Whether an agreement with that point gives a secret everybody knows. */
    private static boolean hasSmallOrder(BigInteger u) throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("X25519");
        byte[] scalar = new byte[32];
        scalar[0] = 77;
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
        try {
            agreement.doPhase(keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, u)), true);
            return false;
        } catch (InvalidKeyException smallOrder) {
            return true;
        }
    }

    private static String base64(BigInteger u) {
        return Base64.getEncoder().encodeToString(littleEndian(u));
    }

    private static String base64Of(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }

    private static byte[] littleEndian(BigInteger number) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }
}
