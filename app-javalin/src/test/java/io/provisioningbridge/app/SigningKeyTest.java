package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.app.receipt.ReceiptVerifier;
import io.provisioningbridge.app.receipt.VerificationKey;
import io.provisioningbridge.core.domain.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {

    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path data;

    @Test
    void keyShouldBeMadeOnceAndItsPublicHalfLieBesideIt() throws Exception {
        ReceiptSigner made = SigningKey.open(Optional.empty(), data, random);
        ReceiptSigner again = SigningKey.open(Optional.empty(), data, random);

        assertThat(again.verification().id()).isEqualTo(made.verification().id());
        assertThat(permissions("signing-key.pem")).isEqualTo("rw-------");
        assertThat(permissions("signing-key.pub.pem")).isEqualTo("rw-r--r--");
        VerificationKey published = VerificationKey.parse(Files.readString(SigningKey.publicHalf(data)))
                .orThrow();
        assertThat(ReceiptVerifier.verify(made.sign(new byte[] {'{', '}'}), published)
                        .value())
                .isPresent();
        assertThat(data)
                .isDirectoryContaining(file -> file.endsWith("signing-key.pem"))
                .isDirectoryNotContaining(file -> file.toString().endsWith(".new"));
    }

    @Test
    void configuredKeyShouldBeUsedAndPublished() throws Exception {
        SigningKey.open(Optional.empty(), data, random);
        KeyPair pair = pair("secp256r1");
        Path file = write("own.pem", Pem.of("PRIVATE KEY", pair.getPrivate().getEncoded()));

        ReceiptSigner signer = SigningKey.open(Optional.of(file), data, random);

        assertThat(signer.verification().id())
                .isEqualTo(VerificationKey.of(pair.getPublic()).id());
        assertThat(SigningKey.publicHalf(data))
                .hasContent(VerificationKey.of(pair.getPublic()).pem());
    }

    @Test
    void aFileThatHoldsNoSuchKeyShouldStopTheStart() throws Exception {
        KeyPair wrong = pair("secp384r1");
        Path curve = write("p384.pem", Pem.of("PRIVATE KEY", wrong.getPrivate().getEncoded()));
        Path publicOnly = write(
                "public.pem", Pem.of("PUBLIC KEY", pair("secp256r1").getPublic().getEncoded()));
        Path garbage = write("garbage.pem", "hello");

        for (Path file : new Path[] {curve, publicOnly, garbage}) {
            assertThatThrownBy(() -> SigningKey.open(Optional.of(file), data, random))
                    .isInstanceOf(StartException.class)
                    .hasMessageStartingWith("BRIDGE_SIGNING_KEY_FILE: " + file + ": ")
                    .hasMessageContaining("openssl genpkey");
        }
        assertThatThrownBy(() -> SigningKey.open(Optional.of(data.resolve("none.pem")), data, random))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("none.pem cannot be read");
        assertThat(SigningKey.publicHalf(data)).doesNotExist();
    }

    @Test
    void aDamagedKeyOfItsOwnShouldNotBeReplacedSilently() throws Exception {
        write("signing-key.pem", "damaged");

        assertThatThrownBy(() -> SigningKey.open(Optional.empty(), data, random))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("The key that signs receipts cannot be kept: ");
        assertThat(data.resolve("signing-key.pem")).hasContent("damaged");
    }

    private Path write(String name, String text) throws Exception {
        return Files.writeString(data.resolve(name), text);
    }

    private String permissions(String name) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(name)));
    }

    private static KeyPair pair(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }
}
