package io.provisioningbridge.app.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.adapter.bouncycastle.BouncyCastleSignedRequestReader;
import io.provisioningbridge.adapter.bouncycastle.ServerKey;
import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.app.http.DeviceApi;
import io.provisioningbridge.app.http.HttpServer;
import io.provisioningbridge.app.http.HttpSettings;
import io.provisioningbridge.app.http.OperatorApi;
import io.provisioningbridge.app.http.OperatorTokens;
import io.provisioningbridge.app.http.Readiness;
import io.provisioningbridge.app.http.WebhookActivity;
import io.provisioningbridge.app.http.WebhookApi;
import io.provisioningbridge.app.http.WebhookSecrets;
import io.provisioningbridge.app.receipt.ReceiptSigner;
import io.provisioningbridge.app.receipt.VerificationKey;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.CertificateSigningRequest;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.ServerCertificateIssuer;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real TLS over loopback. Clients look at the real time, so the test's clock begins there. */
class AutoTlsTest {

    private static final Duration LIFETIME = Duration.ofDays(30);
    private static final List<String> NAMES = List.of("bridge.test", "localhost", "127.0.0.1", "::1");

    private final SettableClock clock = new SettableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final FaultPlan faults = new FaultPlan();
    private final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(clock, faults, LIFETIME);
    private final TlsClient client = new TlsClient(rootOf(authority));

    @TempDir
    private Path directory;

    private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void listenerShouldPresentACertificateForEveryNameWithoutTheRoot() throws Exception {
        ServerTls tls = auto(NAMES, authority);
        tls.runDue();
        int port = serve(tls);

        for (String name : NAMES) {
            assertThat(client.presented(port, name))
                    .hasSize(authority.authorities().size());
        }
        assertThat(client.presented(port, "localhost")).doesNotContain(rootOf(authority));
        assertThatThrownBy(() -> client.connect(port, "other.test")).isInstanceOf(SSLException.class);
        assertThat(tls.problem()).isEmpty();
        assertThat(tls.warning()).isEmpty();
    }

    @Test
    void listenerShouldSpeakTls12And13WithoutAskingForANameItKnows() throws Exception {
        ServerTls tls = auto(NAMES, authority);
        tls.runDue();
        int port = serve(tls);

        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket socket = client.connect(port, "127.0.0.1", protocol)) {
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                assertThat(socket.getSession().getCipherSuite()).containsAnyOf("GCM", "CHACHA20");
                assertThat(get(socket, "/health/live", "no-such-name.test")).contains(" 200 ");
            }
        }
    }

    @Test
    void operatorsShouldBeServedWithTheSameCertificateAlsoOneThatCameLater() throws Exception {
        faults.breakDown("issueServerCertificate");
        ServerTls tls = auto(NAMES, authority);
        tls.runDue();
        int devices = serve(tls);
        int operators = serveOperators(tls);
        assertThatThrownBy(() -> client.connect(operators, "localhost")).isInstanceOf(SSLException.class);

        faults.heal("issueServerCertificate");
        clock.tick(AutoTls.LONGEST_WAIT_UNSERVED);
        tls.runDue();

        List<X509Certificate> presented = client.presented(operators, "localhost");
        assertThat(client.presented(devices, "localhost")).isEqualTo(presented);
        try (SSLSocket socket = client.connect(operators, "localhost")) {
            assertThat(get(socket, "/devices", "localhost")).contains(" 401 ").contains("token-needed");
        }
        open.pop().close();
        assertThat(client.presented(devices, "localhost")).isEqualTo(presented);
    }

    @Test
    void listenerShouldAnswerNothingButHealthUntilItHasACertificate() throws Exception {
        faults.breakDown("issueServerCertificate");
        ServerTls tls = auto(NAMES, authority);
        tls.runDue();
        int port = serve(tls);
        TlsClient careless = new TlsClient(presentedToAnybody(tls));

        assertThatThrownBy(() -> client.connect(port, "localhost")).isInstanceOf(SSLException.class);
        assertThat(tls.problem()).isPresent();
        try (SSLSocket socket = careless.connect(port, "localhost")) {
            assertThat(get(socket, "/health/live", "localhost")).contains(" 200 ");
        }
        try (SSLSocket socket = careless.connect(port, "localhost")) {
            assertThat(get(socket, "/pki/roots", "localhost"))
                    .contains(" 503 ")
                    .contains("Retry-After: ")
                    .contains("tls-pending");
        }

        faults.heal("issueServerCertificate");
        clock.tick(AutoTls.LONGEST_WAIT_UNSERVED);
        tls.runDue();

        try (SSLSocket socket = client.connect(port, "localhost")) {
            assertThat(get(socket, "/pki/roots", "localhost")).contains(" 200 ").contains("BEGIN CERTIFICATE");
        }
        assertThat(tls.problem()).isEmpty();
    }

    @Test
    void attemptsShouldBecomeRareWhileTheAuthorityIsDownButNotTooRare() throws Exception {
        faults.breakDown("issueServerCertificate");
        ServerTls tls = auto(NAMES, authority);

        for (int second = 0; second < 600; second++) {
            tls.runDue();
            clock.tick(Duration.ofSeconds(1));
        }

        assertThat(faults.calls("issueServerCertificate")).isBetween(20, 25);
    }

    @Test
    void certificateShouldBeRenewedAtTwoThirdsOfItsLifeAndOpenConnectionsStay() throws Exception {
        ServerTls tls = auto(NAMES, authority);
        tls.runDue();
        int port = serve(tls);
        X509Certificate first = client.presented(port, "localhost").get(0);

        try (SSLSocket socket = client.connect(port, "localhost")) {
            assertThat(get(socket, "/health/live", "localhost")).contains(" 200 ");
            clock.tick(LIFETIME.multipliedBy(2).dividedBy(3).minusMinutes(10));
            tls.runDue();
            assertThat(client.presented(port, "localhost").get(0)).isEqualTo(first);

            clock.tick(Duration.ofMinutes(10));
            tls.runDue();

            assertThat(get(socket, "/health/live", "localhost"))
                    .as("the old connection")
                    .contains(" 200 ");
        }
        assertThat(authority.issued()).hasSize(2);
        assertThat(presentedToAnybody(tls)).isIn(authority.issued()).isNotEqualTo(first);
    }

    @Test
    void lastCertificateShouldStayWhenItCannotBeRenewedEvenExpired() throws Exception {
        ServerTls tls = auto(NAMES, authority);
        tls.runDue();
        X509Certificate last = presentedToAnybody(tls);
        faults.breakDown("issueServerCertificate");

        clock.tick(LIFETIME.minusDays(1));
        tls.runDue();
        assertThat(tls.problem()).isEmpty();
        assertThat(tls.warning()).isPresent();

        clock.tick(Duration.ofDays(2));
        tls.runDue();
        assertThat(tls.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("ended"));
        assertThat(tls.trustworthy()).isTrue();
        assertThat(presentedToAnybody(tls)).isEqualTo(last);

        faults.heal("issueServerCertificate");
        clock.tick(AutoTls.LONGEST_WAIT_SERVED);
        tls.runDue();
        assertThat(tls.problem()).isEmpty();
        assertThat(tls.warning()).isEmpty();
    }

    @Test
    void certificateShouldSurviveARestartAlsoWhileTheAuthorityIsDown() throws Exception {
        ServerTls before = auto(NAMES, authority);
        before.runDue();
        faults.breakDown("issueServerCertificate").breakDown("authorities");

        ServerTls after = auto(NAMES, authority);
        after.runDue();

        assertThat(after.trustworthy()).isTrue();
        assertThat(after.problem()).isEmpty();
        assertThat(presentedToAnybody(after)).isEqualTo(presentedToAnybody(before));
        assertThat(Files.getPosixFilePermissions(directory.resolve("tls/server.key")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void certificateShouldBeReplacedWhenTheNamesChange() throws Exception {
        auto(NAMES, authority).runDue();
        ServerTls renamed = auto(List.of("new.test"), authority);
        assertThat(renamed.trustworthy()).isTrue();

        renamed.runDue();

        int port = serve(renamed);
        assertThat(client.presented(port, "new.test")).isNotEmpty();
    }

    @Test
    void certificateShouldStayWhenItIsGoodForMoreNamesThanAsked() throws Exception {
        auto(NAMES, authority).runDue();

        auto(List.of("localhost", "0:0:0:0:0:0:0:1"), authority).runDue();

        assertThat(authority.issued()).hasSize(1);
    }

    @Test
    void certificateShouldBeReplacedWhenAnotherAuthorityIsInForce() throws Exception {
        auto(NAMES, authority).runDue();
        InMemoryCertificateAuthority other = new InMemoryCertificateAuthority(clock);
        ServerTls moved = auto(NAMES, other);

        moved.runDue();

        assertThat(new TlsClient(rootOf(other)).presented(serve(moved), "localhost"))
                .isNotEmpty();
    }

    @Test
    void damagedCertificateShouldBeReplaced() throws Exception {
        auto(NAMES, authority).runDue();
        for (String damaged : List.of("", "garbage", Pem.of(rootOf(authority)))) {
            Files.writeString(directory.resolve("tls/server.crt"), damaged);

            ServerTls tls = auto(NAMES, authority);

            assertThat(tls.trustworthy()).isFalse();
            tls.runDue();
            assertThat(tls.trustworthy()).isTrue();
        }
    }

    @Test
    void leafThatIsNotForServersShouldBeRefused() throws Exception {
        ServerTls tls = auto(List.of("bridge"), this::issueForClients);

        for (int minute = 0; minute < 60; minute++) {
            tls.runDue();
            clock.tick(Duration.ofMinutes(1));
        }

        assertThat(tls.trustworthy()).isFalse();
        assertThat(tls.warning()).isPresent();
        assertThat(authority.issued()).as("each attempt costs a certificate").hasSizeBetween(5, 15);
    }

    @Test
    void leafForOtherNamesShouldBeRefused() throws Exception {
        ServerTls tls = auto(NAMES, (csr, names) -> authority.issueServerCertificate(csr, names.subList(0, 1)));

        tls.runDue();

        assertThat(tls.trustworthy()).isFalse();
    }

    /** Issues what a provisioner for devices issues: a leaf for clients only. */
    private IssuedCertificate issueForClients(byte[] csr, List<String> names) {
        return authority.sign(CertificateSigningRequest.judge(
                        Pem.of("CERTIFICATE REQUEST", csr), new SimpleCsrReader()::read, new DeviceId(names.get(0)))
                .fold(request -> request, (fault, detail) -> {
                    throw new AssertionError(detail);
                }));
    }

    private ServerTls auto(List<String> names, ServerCertificateIssuer issuer) throws IOException {
        InMemoryCertificateAuthority source =
                issuer instanceof InMemoryCertificateAuthority memory ? memory : authority;
        return ServerTls.auto(directory.resolve("tls"), names, issuer, source::authorities, clock, new SecureRandom());
    }

    private int serveOperators(ServerTls tls) {
        InMemoryDeviceStore store =
                new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow());
        ProvisioningBridge bridge = ProvisioningBridge.builder()
                .store(store)
                .workQueue(store.workQueue())
                .authority(authority)
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
                .tunnelPeers(new InMemoryTunnelPeers())
                .build();
        ServerKey key = ServerKey.generate(new SecureRandom());
        HttpServer server = HttpServer.start(
                HttpSettings.of("127.0.0.1", 0),
                tls,
                new OperatorApi(
                        store,
                        store.workQueue(),
                        bridge.operations(),
                        bridge.drift(),
                        new ReceiptSigner(key.privateKey(), VerificationKey.of(key.publicKey())),
                        authority::authorities,
                        new WebhookActivity(clock),
                        new OperatorTokens(new Secret("operator-0123456789"), new Secret("viewer-0123456789"))));
        open.push(server);
        return server.port();
    }

    private int serve(ServerTls tls) {
        Readiness readiness = new Readiness(List.of(), clock);
        readiness.runDue();
        HttpServer server = HttpServer.start(
                HttpSettings.of("127.0.0.1", 0),
                tls,
                new DeviceApi(
                        request -> {
                            throw new AssertionError("nobody enrolls here");
                        },
                        confirmation -> {
                            throw new AssertionError("nobody confirms here");
                        },
                        new BouncyCastleSignedRequestReader(),
                        authority::authorities,
                        new ServicesConfig(Optional.empty(), Optional.empty()),
                        new WebhookApi(
                                new WebhookSecrets(List.of(new Secret("webhook-0123456789"))),
                                (device, cause) -> {
                                    throw new AssertionError("nobody calls the webhook here");
                                },
                                device -> Optional.empty(),
                                device -> {},
                                new WebhookActivity(clock)),
                        readiness));
        open.push(server);
        return server.port();
    }

    /** The leaf a client sees, trusted or not. */
    private static X509Certificate presentedToAnybody(ServerTls tls) throws Exception {
        KeyStore keys = tls.contextFactory().orElseThrow().getKeyStore();
        return (X509Certificate) keys.getCertificate(keys.aliases().nextElement());
    }

    /** Head and body of the answer, on a connection that stays open. */
    private static String get(SSLSocket socket, String path, String host) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder text = new StringBuilder();
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            text.append(line).append('\n');
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring(16));
            }
        }
        char[] body = new char[length];
        for (int read = 0; read < length; ) {
            int more = in.read(body, read, length - read);
            if (more < 0) {
                break;
            }
            read += more;
        }
        return text.append(body).toString();
    }

    private static X509Certificate rootOf(InMemoryCertificateAuthority authority) {
        List<X509Certificate> chain = authority.authorities();
        return chain.get(chain.size() - 1);
    }
}
