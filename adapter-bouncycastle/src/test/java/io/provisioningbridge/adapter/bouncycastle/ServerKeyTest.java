package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.UnverifiedCsr;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerKeyTest {

    private static final List<String> NAMES = List.of("bridge.example.com", "localhost", "127.0.0.1", "::1");

    private final SecureRandom random = new SecureRandom();

    @Test
    void certificateRequestShouldAskForEveryNameWithProof() {
        ServerKey key = ServerKey.generate(random);

        UnverifiedCsr request =
                new BouncyCastleCsrReader().read(key.certificateRequest(NAMES)).orElseThrow();

        assertThat(request.commonNames()).containsExactly("bridge.example.com");
        assertThat(request.alternativeNames())
                .extracting(UnverifiedCsr.AlternativeName::type)
                .containsExactly(2, 2, 7, 7);
        assertThat(request.provesPossession()).isTrue();
        assertThat(request.publicKeyInfo()).isEqualTo(key.publicKey().getEncoded());
    }

    @Test
    void selfSignedShouldServeTheNamesForADay() throws Exception {
        ServerKey key = ServerKey.generate(random);

        X509Certificate certificate = key.selfSigned(NAMES, Instant.parse("2026-07-01T12:00:00Z"));

        certificate.verify(key.publicKey());
        assertThat(certificate.getNotBefore()).isEqualTo("2026-07-01T11:59:00Z");
        assertThat(certificate.getNotAfter()).isEqualTo("2026-07-02T12:00:00Z");
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(
                        List.of(2, "bridge.example.com"),
                        List.of(2, "localhost"),
                        List.of(7, "127.0.0.1"),
                        List.of(7, "0:0:0:0:0:0:0:1"));
    }

    @Test
    void selfSignedShouldRefuseWhatIsNoHost() {
        assertThatThrownBy(() -> ServerKey.generate(random).selfSigned(List.of("a b"), Instant.EPOCH))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void openShouldMakeTheKeyOnceAndForItsOwnerOnly(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("server.key");

        ServerKey made = ServerKey.open(file, random);
        ServerKey read = ServerKey.open(file, random);

        assertThat(read.publicKey()).isEqualTo(made.publicKey());
        assertThat(read.pem().reveal()).isEqualTo(made.pem().reveal());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(read.privateKey());
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(made.publicKey());
        signature.update((byte) 1);
        assertThat(signature.verify(signed)).isTrue();
    }

    @Test
    void openShouldLeaveAloneWhatIsNoKey(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("server.key"), "something else");

        assertThatThrownBy(() -> ServerKey.open(file, random))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("something else");
    }

    @Test
    void parseShouldRefuseOtherKeys() {
        String rsa =
                Pem.of("PRIVATE KEY", DeviceKey.rsa(2048).pair().getPrivate().getEncoded());
        String p384 = Pem.of("PRIVATE KEY", DeviceKey.p384().pair().getPrivate().getEncoded());
        String whole = ServerKey.generate(random).pem().reveal();

        for (String text : List.of("", rsa, p384, whole.substring(0, 100), whole.replace("PRIVATE", "PUBLIC"))) {
            assertThat(ServerKey.parse(text, random).value()).as(text).isEmpty();
        }
        assertThat(ServerKey.parse(whole, random).value()).isPresent();
    }

    @Test
    void toStringShouldKeepTheSecret() {
        ServerKey key = ServerKey.generate(random);

        assertThat(key).hasToString("ServerKey[EC P-256]");
        assertThat(key.pem()).hasToString("***");
    }
}
