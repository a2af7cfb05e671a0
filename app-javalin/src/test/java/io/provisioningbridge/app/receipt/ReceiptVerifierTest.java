package io.provisioningbridge.app.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.Pem;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jws.EcdsaUsingShaAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptVerifierTest {

    private static final byte[] JSON = "{\"device_id\":\"dev-001\",\"complete\":true}".getBytes(StandardCharsets.UTF_8);

    private final KeyPair pair = pair("secp256r1");
    private final VerificationKey key = VerificationKey.of(pair.getPublic());
    private final ReceiptSigner signer = new ReceiptSigner(pair.getPrivate(), key);

    @Test
    void receiptShouldSayWhatWasSignedAndBeOneLine() {
        String receipt = signer.sign(JSON);

        assertThat(ReceiptVerifier.verify(" " + receipt + "\n", key).orThrow()).isEqualTo(JSON);
        assertThat(receipt).matches("[A-Za-z0-9_.-]+");
        assertThat(decoded(receipt.split("\\.", -1)[0]))
                .isEqualTo("{\"alg\":\"ES256\",\"kid\":\"" + key.id() + "\",\"typ\":\"decommission-receipt+jws\"}");
        assertThat(signer.toString()).isEqualTo("ReceiptSigner[" + key.id() + "]");
    }

    @Test
    void keyShouldBeNamedByItsThumbprint() throws Exception {
        VerificationKey known = VerificationKey.parse("""
                -----BEGIN PUBLIC KEY-----
                MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMKBCTNIcKUSDii11ySs3526iDZ8A
                iTo7Tu6KPAqv7D7gS2XpJFbZiItSs3m9+9Ue6GnvHw/GW2ZZaVtszggXIw==
                -----END PUBLIC KEY-----
                """).orThrow();

        // The P-256 key of RFC 7517, appendix A.1; its thumbprint over {"crv","kty","x","y"} as RFC 7638 says.
        String canonical = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
                + "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}";
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256")
                .digest(canonical.getBytes(StandardCharsets.US_ASCII));
        assertThat(known.id()).isEqualTo(encoded(hash));
        assertThat(VerificationKey.parse(known.pem()).orThrow().id()).isEqualTo(known.id());
    }

    @Test
    void aReceiptWithAnyOtherCharacterShouldBeRefused() {
        String receipt = signer.sign(JSON);

        for (int i = 0; i < receipt.length(); i++) {
            char other = receipt.charAt(i) == 'A' ? 'B' : 'A';
            String altered = receipt.substring(0, i) + other + receipt.substring(i + 1);
            assertThat(ReceiptVerifier.verify(altered, key).value())
                    .as("character %d", i)
                    .isEmpty();
        }
        // The last of 86 characters holds four bits that mean nothing; they are part of the document all the same.
        String last = receipt.substring(receipt.length() - 1);
        for (char digit : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
            if (last.charAt(0) != digit) {
                assertThat(ReceiptVerifier.verify(receipt.substring(0, receipt.length() - 1) + digit, key)
                                .value())
                        .isEmpty();
            }
        }
    }

    @Test
    void anotherPayloadUnderTheSignatureShouldBeRefused() {
        String[] parts = signer.sign(JSON).split("\\.", -1);
        String payload = encoded("{\"device_id\":\"dev-002\",\"complete\":true}".getBytes(StandardCharsets.UTF_8));

        assertThat(problem(parts[0] + "." + payload + "." + parts[2])).startsWith("the signature is wrong");
    }

    @Test
    void anotherKeyShouldBeRefusedAlsoUnderOurName() throws Exception {
        KeyPair others = pair("secp256r1");
        ReceiptSigner other = new ReceiptSigner(others.getPrivate(), VerificationKey.of(others.getPublic()));
        assertThat(problem(other.sign(JSON))).startsWith("it names another key than this one");

        ReceiptSigner pretender = new ReceiptSigner(others.getPrivate(), key);
        assertThat(problem(pretender.sign(JSON))).startsWith("the signature is wrong");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "HS256", "ES384", "RS256", "es256", ""})
    void onlyOneAlgorithmShouldBeAccepted(String algorithm) throws Exception {
        String unsigned = header(algorithm) + "." + encoded(JSON);

        for (byte[] secret :
                new byte[][] {pair.getPublic().getEncoded(), key.pem().getBytes(StandardCharsets.US_ASCII), {0}}) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            String signature = encoded(mac.doFinal(unsigned.getBytes(StandardCharsets.US_ASCII)));
            assertThat(problem(unsigned + "." + signature)).startsWith("its header names another signature algorithm");
        }
        assertThat(problem(unsigned + ".")).startsWith("its header names another signature algorithm");
        assertThat(problem(unsigned + "." + es256(unsigned)))
                .as("even with a signature that is right")
                .startsWith("its header names another signature algorithm");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"ES256\",\"kid\":\"KID\",\"typ\":\"audit-head+jws\"}",
                "{\"alg\":\"ES256\",\"kid\":\"KID\"}",
                "{\"alg\":\"ES256\",\"typ\":\"decommission-receipt+jws\"}",
                "{\"alg\":\"ES256\",\"kid\":\"KID\",\"typ\":\"decommission-receipt+jws\",\"crit\":[\"exp\"],\"exp\":1}",
                "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"KID\",\"typ\":\"decommission-receipt+jws\"}",
                "[]",
                "{"
            })
    void aSignatureThatIsRightShouldNotBeEnough(String header) throws Exception {
        String unsigned =
                encoded(header.replace("KID", key.id()).getBytes(StandardCharsets.UTF_8)) + "." + encoded(JSON);

        assertThat(ReceiptVerifier.verify(unsigned + "." + es256(unsigned), key).value())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b.c", "{\"payload\":\"\"}", "a.b", "ab.cd.ef.gh", "\u0000.a.b"})
    void whatIsNoReceiptShouldBeSaidSo(String text) {
        assertThat(problem(text)).startsWith("this is no receipt");
    }

    @Test
    void aSignatureOfZerosShouldBeRefused() {
        String unsigned = header("ES256") + "." + encoded(JSON);

        assertThat(problem(unsigned + "." + encoded(new byte[64]))).startsWith("the signature is wrong");
    }

    @Test
    void onlyKeysOfP256ShouldBeTaken() {
        assertThatThrownBy(() -> VerificationKey.of(pair("secp384r1").getPublic()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(VerificationKey.parse(Pem.of(
                                "PUBLIC KEY", pair("secp384r1").getPublic().getEncoded()))
                        .value())
                .isEmpty();
        assertThat(VerificationKey.parse(Pem.of("PUBLIC KEY", new byte[] {1, 2, 3}))
                        .value())
                .isEmpty();
        assertThat(VerificationKey.parse(Pem.of("PRIVATE KEY", pair.getPrivate().getEncoded()))
                        .value())
                .isEmpty();
    }

    private String problem(String receipt) {
        return ReceiptVerifier.verify(receipt, key).fold(json -> "it is a good one", problem -> problem);
    }

    private String header(String algorithm) {
        return encoded(
                ("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + key.id() + "\",\"typ\":\"decommission-receipt+jws\"}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private String es256(String unsigned) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(unsigned.getBytes(StandardCharsets.US_ASCII));
        return encoded(EcdsaUsingShaAlgorithm.convertDerToConcatenated(signature.sign(), 64));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String decoded(String base64) {
        return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static KeyPair pair(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
