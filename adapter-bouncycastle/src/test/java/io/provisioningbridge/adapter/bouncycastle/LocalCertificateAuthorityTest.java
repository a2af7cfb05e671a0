package io.provisioningbridge.adapter.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.provisioningbridge.adapter.bouncycastle.LocalCertificateAuthority.Settings;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import io.provisioningbridge.testkit.contract.CertificateAuthorityContract;
import io.provisioningbridge.testkit.contract.ServerCertificateIssuerContract;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalCertificateAuthorityTest implements CertificateAuthorityContract, ServerCertificateIssuerContract {

    // Handshakes of the contract look at the real clock.
    private final SettableClock clock =
            new SettableClock(InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS));
    private final Path directory;
    private final LocalCertificateAuthority authority;

    LocalCertificateAuthorityTest(@TempDir Path temporary) {
        this.directory = temporary.resolve("ca");
        this.authority = LocalCertificateAuthority.open(directory, Settings.DEFAULT, clock, new SecureRandom());
    }

    @Override
    public CertificateAuthority authority() {
        return authority;
    }

    @Override
    public ServerCertificateIssuer serverCertificateIssuer() {
        return authority;
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public X509Certificate trustedRoot() {
        try {
            return Pem.parseCertificates(Files.readString(directory.resolve("root.crt")))
                    .orThrow()
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void signShouldIssueForTlsClientsOnlyAndForAMonth() throws Exception {
        X509Certificate leaf = authority.sign(Requests.proven("dev-1")).leaf();

        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=dev-1");
        assertThat(leaf.getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
        assertThat(leaf.getKeyUsage()).containsExactly(true, false, false, false, false, false, false, false, false);
        assertThat(leaf.getNotBefore()).isEqualTo(Date.from(clock.instant().minusSeconds(60)));
        assertThat(leaf.getNotAfter()).isEqualTo(Date.from(clock.instant().plus(Duration.ofDays(30))));
        assertThat(leaf.getSerialNumber().bitLength()).isBetween(64, 128);
        assertThat(keyIdentifierOfIssuer(leaf))
                .isEqualTo(keyIdentifier(authority.authorities().get(0)));
    }

    @Test
    void signShouldNotIssueBeyondTheIssuingCa() {
        Instant end = authority.authorities().get(0).getNotAfter().toInstant();
        clock.set(end.minus(Duration.ofDays(1)));

        assertThat(authority.sign(Requests.proven("dev-1")).leaf().getNotAfter())
                .isEqualTo(Date.from(end));

        clock.set(end);
        assertThatThrownBy(() -> authority.sign(Requests.proven("dev-1")))
                .asInstanceOf(type(BackendRefusedException.class))
                .extracting(BackendRefusedException::fault)
                .isEqualTo(Fault.BACKEND);
    }

    @Test
    void authoritiesShouldBeAnIssuingCaBelowARoot() {
        X509Certificate issuing = authority.authorities().get(0);
        X509Certificate root = authority.authorities().get(1);

        assertThat(issuing.getBasicConstraints()).as("path length").isZero();
        assertThat(root.getBasicConstraints()).as("path length").isEqualTo(1);
        assertThat(issuing.getNotAfter()).isAfter(Date.from(clock.instant().plus(Duration.ofDays(3650))));
        assertThat(root.getNotAfter()).isAfter(Date.from(clock.instant().plus(Duration.ofDays(7300))));
        assertThat(keyIdentifierOfIssuer(issuing)).isEqualTo(keyIdentifier(root));
    }

    @Test
    void issueServerCertificateShouldIssueForTlsServersOnly() throws Exception {
        X509Certificate leaf = authority
                .issueServerCertificate(CsrBuilder.forDevice("localhost").der(), List.of("localhost"))
                .leaf();

        assertThat(leaf.getExtendedKeyUsage()).containsExactly(SERVER_AUTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gerät.example.com", "a b", "#30", "a,b", "x\u0000y"})
    void issueServerCertificateShouldRefuseWhatIsNoHost(String name) {
        assertThatThrownBy(() -> authority.issueServerCertificate(
                        CsrBuilder.forDevice(name).der(), List.of(name)))
                .asInstanceOf(type(BackendRefusedException.class))
                .extracting(BackendRefusedException::fault)
                .isEqualTo(Fault.REQUEST);
    }

    @Test
    void issueServerCertificateShouldRefuseARequestForAnotherName() {
        assertThatThrownBy(() -> authority.issueServerCertificate(
                        CsrBuilder.forDevice("a.example.com").der(), List.of("b.example.com", "a.example.com")))
                .isInstanceOf(BackendRefusedException.class);
    }

    @Test
    void openSslShouldVerifyALeafWithTheChainAlone(@TempDir Path temporary) throws Exception {
        assumeTrue(isInstalled("openssl"), "SKIPPED: openssl is not installed");
        for (IssuedCertificate issued : List.of(
                authority.sign(Requests.proven("dev-1")),
                authority.issueServerCertificate(
                        CsrBuilder.forDevice("localhost").der(), List.of("localhost")))) {
            Path leaf = Files.writeString(temporary.resolve("leaf.pem"), Pem.of(issued.leaf()));
            Path chain = Files.writeString(temporary.resolve("chain.pem"), Pem.of(issued.authorities()));

            Process openssl = new ProcessBuilder(
                            "openssl",
                            "verify",
                            "-x509_strict",
                            "-CAfile",
                            chain.toString(),
                            "-untrusted",
                            chain.toString(),
                            leaf.toString())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(openssl.waitFor()).as(output).isZero();
        }
    }

    @Test
    void settingsShouldRefuseALifetimeThatIsNone() {
        assertThatThrownBy(() -> new Settings(Duration.ZERO, Duration.ofDays(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static boolean isInstalled(String program) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(program, "version")
                    .redirectErrorStream(true)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static byte[] keyIdentifier(X509Certificate certificate) {
        return SubjectKeyIdentifier.fromExtensions(holder(certificate).getExtensions())
                .getKeyIdentifier();
    }

    private static byte[] keyIdentifierOfIssuer(X509Certificate certificate) {
        return AuthorityKeyIdentifier.fromExtensions(holder(certificate).getExtensions())
                .getKeyIdentifierOctets();
    }

    private static JcaX509CertificateHolder holder(X509Certificate certificate) {
        try {
            return new JcaX509CertificateHolder(certificate);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
