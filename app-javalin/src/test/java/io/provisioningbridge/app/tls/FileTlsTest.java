package io.provisioningbridge.app.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTlsTest {

    private static final List<String> NAMES = List.of("localhost");

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00Z"));
    private final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(clock);
    private final DeviceKey key = DeviceKey.p256();

    private Path certificateFile;
    private Path keyFile;

    @BeforeEach
    void files(@TempDir Path directory) throws IOException {
        certificateFile = directory.resolve("tls.crt");
        keyFile = directory.resolve("tls.key");
        write(issue(key), key);
    }

    @Test
    void openShouldPresentTheLeafAndWhatIsAboveItWithoutTheRoot() throws Exception {
        IssuedCertificate issued = issue(key);
        write(issued, key);

        ServerTls tls = open().orThrow();

        assertThat(chain(tls))
                .containsExactly(issued.leaf(), issued.authorities().get(0));
        assertThat(tls.trustworthy()).isTrue();
        assertThat(tls.problem()).isEmpty();
    }

    @Test
    void openShouldTakeAnRsaKey() throws Exception {
        DeviceKey rsa = DeviceKey.rsa(2048);
        write(issue(rsa), rsa);

        assertThat(open()).isInstanceOf(Parsed.Valid.class);
    }

    @Test
    void openShouldSayWhatIsWrongWithTheFiles() throws Exception {
        Files.writeString(keyFile, pem(DeviceKey.p256()));
        assertProblem("does not belong to the first certificate");

        Files.writeString(keyFile, pem(DeviceKey.rsa(2048)));
        assertProblem("does not belong to the first certificate");

        Files.writeString(keyFile, "nonsense");
        assertProblem("no private key");

        Files.writeString(certificateFile, "nonsense");
        assertProblem("no certificate");

        Files.writeString(certificateFile, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertProblem("cannot be read");

        Files.delete(certificateFile);
        assertProblem("tls.crt cannot be read");
    }

    @Test
    void filesShouldBeReadAgainWhenTheyChange() throws Exception {
        ServerTls tls = open().orThrow();
        DeviceKey newKey = DeviceKey.p256();
        IssuedCertificate fresh = issue(newKey);
        write(fresh, newKey);

        tls.runDue();
        assertThat(chain(tls)).as("not at every second").doesNotContain(fresh.leaf());

        clock.tick(FileTls.INTERVAL);
        tls.runDue();
        assertThat(chain(tls)).contains(fresh.leaf());
        assertThat(tls.warning()).isEmpty();
    }

    @Test
    void oldCertificateShouldStayWhileTheFilesDoNotFitTogether() throws Exception {
        ServerTls tls = open().orThrow();
        List<Certificate> before = chain(tls);
        DeviceKey newKey = DeviceKey.p256();
        String oldCertificate = Files.readString(certificateFile);
        IssuedCertificate fresh = issue(newKey);

        Files.writeString(certificateFile, Pem.of(fresh.leaf()));
        look(tls);
        assertThat(chain(tls)).isEqualTo(before);
        assertThat(tls.warning()).isPresent();
        assertThat(tls.problem()).isEmpty();

        Files.delete(certificateFile);
        look(tls);
        assertThat(chain(tls)).isEqualTo(before);

        Files.writeString(certificateFile, oldCertificate);
        look(tls);
        assertThat(tls.warning()).as("as it was").isEmpty();

        write(fresh, newKey);
        look(tls);
        assertThat(chain(tls)).contains(fresh.leaf());
        assertThat(tls.warning()).isEmpty();
    }

    @Test
    void expiredCertificateShouldStayInServiceAndBeAProblem() {
        ServerTls tls = open().orThrow();

        clock.tick(Duration.ofDays(2));

        assertThat(tls.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("ended 2026-11-24"));
        assertThat(tls.trustworthy()).isTrue();
    }

    private void look(ServerTls tls) {
        clock.tick(FileTls.INTERVAL);
        tls.runDue();
    }

    private Parsed<ServerTls> open() {
        return ServerTls.files(certificateFile, keyFile, clock);
    }

    private void assertProblem(String words) {
        assertThat(open())
                .isInstanceOfSatisfying(
                        Parsed.Invalid.class,
                        invalid -> assertThat(invalid.problem()).contains(words));
    }

    private IssuedCertificate issue(DeviceKey subject) {
        return authority.issueServerCertificate(
                CsrBuilder.forDevice(NAMES.get(0)).key(subject).der(), NAMES);
    }

    private void write(IssuedCertificate issued, DeviceKey owner) throws IOException {
        Files.writeString(certificateFile, Pem.of(issued.leaf()) + Pem.of(issued.authorities()));
        Files.writeString(keyFile, pem(owner));
    }

    private static String pem(DeviceKey owner) {
        return Pem.of("PRIVATE KEY", owner.pair().getPrivate().getEncoded());
    }

    private static List<Certificate> chain(ServerTls tls) throws Exception {
        KeyStore keys = tls.contextFactory().orElseThrow().getKeyStore();
        return List.of(keys.getCertificateChain(keys.aliases().nextElement()));
    }
}
