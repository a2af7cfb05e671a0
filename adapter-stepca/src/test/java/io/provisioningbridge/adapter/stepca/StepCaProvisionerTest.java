package io.provisioningbridge.adapter.stepca;

import static io.provisioningbridge.adapter.stepca.OpenAuthority.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Requests;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Provisioners of many kinds on one real step-ca. */
@RequiresServer("step-ca")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StepCaProvisionerTest {

    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final StepCaProvisioner usual = StepCaProvisioner.of("usual", PASSWORD);
    private final StepCaProvisioner careful = usual.named("careful").byPurpose().renewalDisabled();
    private final StepCaProvisioner devicesOnly = usual.named("devices-only").clientAuthOnly();
    private final StepCaProvisioner shortLived =
            usual.named("short").lifetimes(Duration.ofMinutes(5), Duration.ofMinutes(10), Duration.ofMinutes(20));
    private final StepCaProvisioner broken = usual.named("broken").template("{ \"subject\": {{ toJson .Subject }}, ");
    private final StepCaProvisioner keyless = usual.named("keyless").withoutEncryptedKey();
    private final StepCaProvisioner slowest = usual.named("slowest").iterations(1_000_000);
    private final StepCaProvisioner tooSlow = usual.named("too-slow").iterations(1_000_001);

    @SuppressWarnings("NullAway.Init")
    private StepCaServer server;

    @BeforeAll
    void startServer() {
        // step-ca gives 20 to a page: all but the first of ours are on later ones.
        Stream<StepCaProvisioner> others =
                IntStream.range(0, 45).mapToObj(i -> StepCaProvisioner.of("other-" + i, "not ours"));
        server = StepCaServer.oneIntermediate(Stream.of(
                        Stream.of(usual),
                        others,
                        Stream.of(careful, devicesOnly, shortLived, broken, keyless, slowest, tooSlow))
                .flatMap(all -> all)
                .toArray(StepCaProvisioner[]::new));
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    @Test
    void signShouldFindAProvisionerOnALaterPage() {
        try (OpenAuthority open = open(careful)) {
            assertThat(open.authority().sign(Requests.proven("dev-1")).leaf()).isNotNull();
            assertThat(open.authority().problem()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://LocalHost:%d/", "https://127.0.0.1:%d", "HTTPS://localhost:%d"})
    void signShouldTakeTheUrlInAnySpelling(String url) {
        StepCaSettings settings = OpenAuthority.settings(
                URI.create(url.formatted(server.url().getPort())),
                server.rootFingerprint(),
                careful.name(),
                careful.password());
        try (OpenAuthority open = OpenAuthority.of(settings)) {
            assertThat(open.authority().sign(Requests.proven("dev-1")).leaf()).isNotNull();
        }
    }

    @Test
    void signShouldOpenAKeyOfAMillionRounds() {
        try (OpenAuthority open = open(slowest)) {
            assertThat(open.authority().sign(Requests.proven("dev-1")).leaf()).isNotNull();
        }
    }

    @Test
    void signShouldNotOpenAKeyOfMoreRounds() {
        assertUnusable(open(tooSlow), "1000001 rounds of PBKDF2");
    }

    @Test
    void signShouldSayThatThePasswordIsWrongAndNotShowIt() {
        StepCaSettings settings =
                OpenAuthority.settings(server.url(), server.rootFingerprint(), usual.name(), "wr0ng-and-secret");
        OpenAuthority open = OpenAuthority.of(settings);

        assertUnusable(open, "the password is wrong");
        assertThat(open.authority().problem().orElseThrow()).doesNotContain("wr0ng-and-secret");
        assertThat(settings.toString()).doesNotContain("wr0ng-and-secret");
    }

    @Test
    void signShouldListTheProvisionersThereAreWhenOursIsNot() {
        StepCaSettings settings = OpenAuthority.settings(server.url(), server.rootFingerprint(), "Usual", PASSWORD);

        assertUnusable(OpenAuthority.of(settings), "no JWK provisioner named 'Usual'", "usual (JWK)", "too-slow (JWK)");
    }

    @Test
    void signShouldSayThatTheProvisionerKeepsItsKeyElsewhere() {
        assertUnusable(open(keyless), "'keyless'", "public key only");
    }

    @Test
    void deviceProvisionerWithClientAuthOnlyShouldNotServeTheBridge() throws Exception {
        try (OpenAuthority open = open(devicesOnly)) {
            X509Certificate leaf =
                    open.authority().sign(Requests.proven("dev-1")).leaf();
            assertThat(leaf.getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);

            assertThatThrownBy(() -> open.authority().issueServerCertificate(csr("localhost"), List.of("localhost")))
                    .isInstanceOfSatisfying(BackendRefusedException.class, refused -> {
                        assertThat(refused.fault()).isEqualTo(Fault.BACKEND);
                        assertThat(refused.effect()).isEqualTo(Effect.POSSIBLE);
                    })
                    .hasMessageContainingAll(
                            "'devices-only'", "serverAuth", "BRIDGE_TLS_PROVISIONER_NAME", ".Token.purpose");
        }
    }

    @Test
    void secondProvisionerShouldServeTheBridge() throws Exception {
        StepCaSettings settings = OpenAuthority.settings(server, devicesOnly)
                .withServerProvisioner(new ProvisionerLogin(usual.name(), new Secret(usual.password())));
        try (OpenAuthority open = OpenAuthority.of(settings)) {
            IssuedCertificate issued =
                    open.authority().issueServerCertificate(csr("localhost"), List.of("localhost", "127.0.0.1"));

            assertThat(issued.leaf().getExtendedKeyUsage()).contains(ProvisionerAdvice.SERVER_AUTH);
            assertThat(open.authority().sign(Requests.proven("dev-1")).leaf().getExtendedKeyUsage())
                    .containsExactly(CLIENT_AUTH);
        }
    }

    @Test
    void templateThatLooksAtThePurposeShouldServeBothWithoutAWarning() throws Exception {
        try (OpenAuthority open = open(careful)) {
            X509Certificate device =
                    open.authority().sign(Requests.proven("dev-1")).leaf();
            X509Certificate bridge = open.authority()
                    .issueServerCertificate(csr("localhost"), List.of("localhost"))
                    .leaf();

            assertThat(device.getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
            assertThat(bridge.getExtendedKeyUsage()).containsExactly(ProvisionerAdvice.SERVER_AUTH);
            assertThat(open.authority().warnings()).isEmpty();
        }
    }

    @Test
    void warningsShouldNameRenewalAndServerAuthOfTheDefaults() {
        try (OpenAuthority open = open(usual)) {
            open.authority().sign(Requests.proven("dev-1"));
            open.authority().sign(Requests.proven("dev-2"));

            assertThat(open.authority().warnings())
                    .hasSize(2)
                    .anySatisfy(text -> assertThat(text).contains("disableRenewal"))
                    .anySatisfy(text -> assertThat(text).contains("serverAuth"));
        }
    }

    @Test
    void warningsShouldNameRenewalOnlyWhenTheTemplateIsForClients() {
        try (OpenAuthority open = open(devicesOnly)) {
            open.authority().sign(Requests.proven("dev-1"));

            assertThat(open.authority().warnings()).singleElement().asString().contains("disableRenewal");
        }
    }

    @Test
    void lifetimeShouldBeTheOneAskedFor() {
        StepCaSettings settings =
                OpenAuthority.settings(server, shortLived).withCertificateLifetime(Duration.ofMinutes(15));
        try (OpenAuthority open = OpenAuthority.of(settings)) {
            X509Certificate leaf =
                    open.authority().sign(Requests.proven("dev-1")).leaf();

            // step-ca dates them back by a minute (observed: v0.30.2).
            assertThat(Duration.between(
                            leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()))
                    .isEqualTo(Duration.ofMinutes(16));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 21})
    void lifetimeTheProvisionerDoesNotAllowShouldBeTheOperatorsFault(int minutes) {
        StepCaSettings settings =
                OpenAuthority.settings(server, shortLived).withCertificateLifetime(Duration.ofMinutes(minutes));
        try (OpenAuthority open = OpenAuthority.of(settings)) {
            assertThatThrownBy(() -> open.authority().sign(Requests.proven("dev-1")))
                    .satisfies(Failing.refused(Fault.BACKEND, Effect.NONE))
                    .hasMessageContainingAll("403", "duration");
        }
    }

    @Test
    void namesThatDifferFromTheRequestShouldBeTheRequestsFault() {
        try (OpenAuthority open = open(usual)) {
            assertThatThrownBy(() -> open.authority().issueServerCertificate(csr("other"), List.of("localhost")))
                    .satisfies(Failing.refused(Fault.REQUEST, Effect.NONE))
                    .hasMessageContaining("common name");
            byte[] foreignName =
                    CsrBuilder.forDevice("localhost").dnsNames("foreign").der();
            assertThatThrownBy(() -> open.authority().issueServerCertificate(foreignName, List.of("localhost")))
                    .satisfies(Failing.refused(Fault.REQUEST, Effect.NONE))
                    .hasMessageContaining("DNS names");
        }
    }

    @Test
    void weakKeyShouldBeTheRequestsFault() {
        byte[] weak = CsrBuilder.forDevice("localhost").key(DeviceKey.rsa(1024)).der();
        try (OpenAuthority open = open(usual)) {
            assertThatThrownBy(() -> open.authority().issueServerCertificate(weak, List.of("localhost")))
                    .satisfies(Failing.refused(Fault.REQUEST, Effect.NONE))
                    .hasMessageContaining("2048");
        }
    }

    @Test
    void requestThatIsNoneShouldBeTheRequestsFault() {
        try (OpenAuthority open = open(usual)) {
            assertThatThrownBy(() ->
                            open.authority().issueServerCertificate(new byte[] {0x30, 1, 0}, List.of("localhost")))
                    .satisfies(Failing.refused(Fault.REQUEST, Effect.NONE));
        }
    }

    @Test
    void brokenTemplateShouldBeTheOperatorsFault() {
        try (OpenAuthority open = open(broken)) {
            assertThatThrownBy(() -> open.authority().sign(Requests.proven("dev-1")))
                    .satisfies(Failing.refused(Fault.BACKEND, Effect.POSSIBLE))
                    .hasMessageContainingAll("500", "template");
        }
    }

    @Test
    void anyDeviceIdShouldBecomeADnsNameAndNothingElse() throws Exception {
        Seeded seeded = new Seeded(20261123);
        Stream<String> guessable = Stream.of(
                "1.2.3",
                "1.2.3.4.5",
                "0x7f000001",
                "2130706433",
                "a.b",
                "A-b_C.d",
                "1",
                "1e5",
                "00.11",
                "aa-bb-cc-dd-ee-ff");
        List<String> ids = Stream.concat(
                        guessable,
                        Stream.generate(seeded::deviceId).map(Object::toString).limit(40))
                .toList();
        try (OpenAuthority open = open(careful)) {
            for (String id : ids) {
                X509Certificate leaf =
                        open.authority().sign(Requests.proven(id)).leaf();

                assertThat(leaf.getSubjectAlternativeNames()).as(id).containsExactly(List.of(2, id));
            }
        }
    }

    @Test
    void tokensShouldBeSignedByAProviderThatIsNotInstalled() {
        ExecutorService background = Executors.newSingleThreadExecutor();
        try (StepCaCertificateAuthority authority = new StepCaCertificateAuthority(
                OpenAuthority.settings(server, careful),
                background,
                InstantSource.system(),
                new SecureRandom(),
                DeviceKey.PROVIDER)) {
            assertThat(authority.sign(Requests.proven("dev-1")).leaf()).isNotNull();
        } finally {
            background.shutdownNow();
        }
    }

    @ParameterizedTest
    @MethodSource("clockErrors")
    void wrongClockOfOursShouldCostNothing(Duration error) {
        InstantSource wrong = InstantSource.offset(InstantSource.system(), error);
        try (OpenAuthority open = OpenAuthority.of(OpenAuthority.settings(server, careful), wrong)) {
            assertThat(open.authority().sign(Requests.proven("dev-1")).leaf()).isNotNull();
        }
    }

    static List<Duration> clockErrors() {
        return List.of(Duration.ofDays(-4000), Duration.ofMinutes(-10), Duration.ofSeconds(-3), Duration.ofMinutes(10));
    }

    private OpenAuthority open(StepCaProvisioner provisioner) {
        return OpenAuthority.of(OpenAuthority.settings(server, provisioner));
    }

    private static void assertUnusable(OpenAuthority open, String... words) {
        try (open) {
            assertThatThrownBy(() -> open.authority().sign(Requests.proven("dev-1")))
                    .isInstanceOf(BackendUnavailableException.class)
                    .satisfies(e -> assertThat(((BackendException) e).effect()).isEqualTo(Effect.NONE))
                    .hasMessageContainingAll(words);
            assertThat(open.authority().problem().orElseThrow()).contains(words);
        }
    }

    private static byte[] csr(String name) {
        return CsrBuilder.forDevice(name).der();
    }
}
