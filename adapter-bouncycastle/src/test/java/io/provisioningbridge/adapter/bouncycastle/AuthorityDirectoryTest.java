package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.provisioningbridge.adapter.bouncycastle.LocalCertificateAuthority.Settings;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityDirectoryTest {

    private static final BigInteger SERIAL = BigInteger.valueOf(0xBEEF);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-07-01T12:00:00Z"));
    private final Path directory;
    private final Path authorityPem;
    private final Path rootCrt;
    private final Path revokedTxt;

    AuthorityDirectoryTest(@TempDir Path temporary) {
        this.directory = temporary.resolve("data").resolve("ca");
        this.authorityPem = directory.resolve("authority.pem");
        this.rootCrt = directory.resolve("root.crt");
        this.revokedTxt = directory.resolve("revoked.txt");
    }

    @Test
    void openShouldFindTheAuthorityOfBefore() {
        LocalCertificateAuthority before = open(directory);

        LocalCertificateAuthority after = open(directory);

        assertThat(after.authorities()).isEqualTo(before.authorities());
        assertThat(after.sign(Requests.proven("dev-1")).authorities()).isEqualTo(before.authorities());
    }

    @Test
    void openShouldMakeAnotherAuthorityInAnotherDirectory() {
        var one = open(directory).authorities().get(1);
        var other = open(directory.resolveSibling("other")).authorities().get(1);

        assertThat(one.getPublicKey()).isNotEqualTo(other.getPublicKey());
        assertThat(one.getSubjectX500Principal()).isNotEqualTo(other.getSubjectX500Principal());
    }

    @Test
    void openShouldKeepSecretsFromOthers() throws IOException {
        assumeTrue(
                directory.getFileSystem().supportedFileAttributeViews().contains("posix"), "SKIPPED: no POSIX modes");
        open(directory).revoke(SERIAL);

        assertThat(mode(directory)).isEqualTo("rwx------");
        assertThat(mode(authorityPem)).isEqualTo("rw-------");
        assertThat(mode(revokedTxt)).isEqualTo("rw-------");

        Files.setPosixFilePermissions(authorityPem, PosixFilePermissions.fromString("rw-r--r--"));
        open(directory);

        assertThat(mode(authorityPem)).isEqualTo("rw-------");
    }

    @Test
    void openShouldLeaveNothingButItsFiles() throws IOException {
        open(directory).revoke(SERIAL);

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactlyInAnyOrder(authorityPem, rootCrt, revokedTxt);
        }
    }

    @Test
    void openShouldBeginWhereACrashLeftHalfAFileBehind() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(".authority.pem.new"), "-----BEGIN CERTIFI");

        assertThat(open(directory).authorities()).hasSize(2);
        assertThat(directory.resolve(".authority.pem.new")).doesNotExist();
    }

    @Test
    void openShouldWriteTheRootAgainWhenItIsMissing() throws IOException {
        open(directory);
        String root = Files.readString(rootCrt);
        Files.delete(rootCrt);

        open(directory);

        assertThat(rootCrt).hasContent(root);
    }

    @Test
    void openShouldRefuseAnAuthorityThatIsCutOffAnywhere() throws IOException {
        open(directory);
        String whole = Files.readString(authorityPem);
        for (int length = 0; length < whole.length() - 1; length += 37) {
            String part = whole.substring(0, length);
            Files.writeString(authorityPem, part);

            assertRefused();

            assertThat(authorityPem).as("left alone").hasContent(part);
        }
        Files.writeString(authorityPem, whole);
        open(directory);
    }

    @Test
    void openShouldRefuseKeysOfAnotherAuthority() throws IOException {
        open(directory);
        String[] own = blocks(authorityPem);
        Path other = directory.resolveSibling("other");
        open(other);
        String[] foreign = blocks(other.resolve("authority.pem"));

        for (int i = 0; i < own.length; i++) {
            String[] mixed = own.clone();
            mixed[i] = foreign[i];
            Files.writeString(authorityPem, String.join("", mixed));
            assertRefused();
        }
        Files.writeString(authorityPem, String.join("", own[0], own[1], foreign[2], foreign[3]));
        assertRefused();
        Files.writeString(authorityPem, String.join("", own[2], own[3], own[0], own[1]));
        assertRefused();
        Files.writeString(authorityPem, String.join("", foreign));
        assertRefused();
    }

    @Test
    void openShouldRefuseToBeginAnewWhereAnAuthorityWas() throws IOException {
        open(directory).revoke(SERIAL);
        Files.delete(authorityPem);

        assertRefused();
        Files.delete(rootCrt);
        assertRefused();
        assertThat(authorityPem).doesNotExist();

        Files.delete(revokedTxt);
        open(directory);
    }

    @Test
    void openShouldNotReplaceALinkToWhereNothingIs() throws IOException {
        Files.createDirectories(directory);
        Files.createSymbolicLink(authorityPem, directory.resolve("not-mounted/authority.pem"));

        assertThatThrownBy(() -> open(directory)).isInstanceOf(BackendException.class);

        assertThat(authorityPem).isSymbolicLink();
    }

    @Test
    void openShouldBeUnavailableWhereNoDirectoryCanBe() throws IOException {
        Files.createDirectories(directory.getParent());
        Files.writeString(directory, "a file");

        assertThatThrownBy(() -> open(directory))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining(directory.toString());
    }

    @Test
    void revokeShouldBeRememberedAcrossARestart() {
        LocalCertificateAuthority before = open(directory);
        BigInteger serial = before.sign(Requests.proven("dev-1")).leaf().getSerialNumber();
        before.revoke(serial);
        before.revoke(SERIAL);
        before.revoke(serial);

        assertThat(open(directory).revoked()).containsExactlyInAnyOrder(serial, SERIAL);
        assertThat(revokedTxt).content().hasLineCount(2);
    }

    @Test
    void revokeShouldRefuseWhatIsNoSerialNumber() {
        LocalCertificateAuthority authority = open(directory);

        for (BigInteger serial : new BigInteger[] {BigInteger.ZERO, BigInteger.TEN.negate(), BigInteger.TWO.pow(160)}) {
            assertThatThrownBy(() -> authority.revoke(serial)).isInstanceOf(BackendRefusedException.class);
        }
    }

    @Test
    void revokeShouldWriteOverWhatACrashLeftOfALine() throws IOException {
        open(directory).revoke(SERIAL);
        String line = Files.readString(revokedTxt);
        Files.writeString(revokedTxt, line + "abc 2026-07-01T12:0");

        LocalCertificateAuthority authority = open(directory);
        assertThat(authority.revoked()).containsExactly(SERIAL);
        authority.revoke(BigInteger.TWO);

        assertThat(revokedTxt).hasContent(line + "2 2026-07-01T12:00:00Z\n");
        assertThat(open(directory).revoked()).containsExactlyInAnyOrder(SERIAL, BigInteger.TWO);
    }

    @Test
    void openShouldRefuseRevocationsThatMakeNoSense() throws IOException {
        open(directory);
        Files.writeString(revokedTxt, "beef 2026-07-01T12:00:00Z\nnonsense\n");

        assertRefused();
    }

    private void assertRefused() {
        assertThatThrownBy(() -> open(directory))
                .hasMessageContaining("Restore the directory from a backup")
                .asInstanceOf(type(BackendRefusedException.class))
                .extracting(BackendRefusedException::fault)
                .isEqualTo(Fault.BACKEND);
    }

    private LocalCertificateAuthority open(Path where) {
        return LocalCertificateAuthority.open(where, Settings.DEFAULT, clock, new SecureRandom());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static String[] blocks(Path file) throws IOException {
        return Files.readString(file).split("(?<=-----\n)(?=-----BEGIN)");
    }
}
