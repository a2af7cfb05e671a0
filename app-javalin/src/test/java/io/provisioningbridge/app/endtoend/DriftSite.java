package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.adapter.bouncycastle.BouncyCastleCsrReader;
import io.provisioningbridge.adapter.hawkbit.HawkbitSettings;
import io.provisioningbridge.adapter.hawkbit.HawkbitUpdateServer;
import io.provisioningbridge.adapter.jdbc.JdbcDeviceStore;
import io.provisioningbridge.adapter.jdbc.SqliteStores;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.adapter.stepca.ProvisionerLogin;
import io.provisioningbridge.adapter.stepca.StepCaCertificateAuthority;
import io.provisioningbridge.adapter.stepca.StepCaSettings;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardDevicePlatform;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardLogin;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSetup;
import io.provisioningbridge.adapter.thingsboard.Webhook;
import io.provisioningbridge.adapter.wireguard.AllowedIps;
import io.provisioningbridge.adapter.wireguard.CdmPeersFile;
import io.provisioningbridge.adapter.wireguard.Endpoint;
import io.provisioningbridge.adapter.wireguard.Mtu;
import io.provisioningbridge.adapter.wireguard.UapiTunnelPeers;
import io.provisioningbridge.adapter.wireguard.WireGuardSettings;
import io.provisioningbridge.adapter.wireguard.WireGuardTunnelConfigWriter;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.drift.DriftReport;
import io.provisioningbridge.core.drift.Finding;
import io.provisioningbridge.core.drift.FindingType;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.port.SignedRequestReader.Content;
import io.provisioningbridge.core.port.SignedRequestReader.Reading.Signed;
import io.provisioningbridge.simulators.thingsboard.ServerIdentity;
import io.provisioningbridge.simulators.thingsboard.ThingsBoardSimulator;
import io.provisioningbridge.simulators.thingsboard.Timing;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import io.provisioningbridge.testkit.server.HawkbitServer;
import io.provisioningbridge.testkit.server.StepCaServer;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A bridge over a real step-ca, wireguard-go and hawkBit, a simulated ThingsBoard and a peers file, driven by hand. It has a
 * store of its own, so that what an earlier one left in the servers is somebody else's.
 */
final class DriftSite implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    final SettableClock clock =
            new SettableClock(InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS));
    final ThingsBoardSimulator thingsBoard;
    final ProvisioningBridge bridge;
    final RefusingAuthority authority;

    private final ExecutorService background = Executors.newCachedThreadPool();
    private final HttpClient http = HttpClient.newHttpClient();
    private final JdbcDeviceStore store;
    private final UapiTunnelPeers peers;
    private final StepCaCertificateAuthority stepCaAuthority;
    private final String apiKey;

    /** @param mode whether devices may bring a new certificate of the authority's to ThingsBoard by themselves */
    DriftSite(
            Path directory,
            StepCaServer stepCa,
            String provisioner,
            WireGuardServer tunnel,
            HawkbitServer hawkbit,
            ThingsBoardMode mode) {
        SecureRandom random = new SecureRandom();
        thingsBoard = thingsBoard(clock);
        apiKey = thingsBoard.newApiKey();
        ThingsBoardSettings platform = ThingsBoardSettings.of(
                thingsBoard.url(), new ThingsBoardLogin.ApiKey(new Secret(apiKey)), mode, "provisioning-bridge");
        store = SqliteStores.open(
                directory.resolve("bridge.db"),
                AddressPools.parse("10.8.0.0/24").orThrow(),
                clock,
                random);
        peers = new UapiTunnelPeers(tunnel.socket(), Duration.ofSeconds(20));
        stepCaAuthority = new StepCaCertificateAuthority(
                StepCaSettings.of(
                        stepCa.url(),
                        new CertificateFingerprint(stepCa.rootFingerprint()),
                        new ProvisionerLogin(provisioner, new Secret(provisioner))),
                background,
                InstantSource.system(),
                random);
        authority = new RefusingAuthority(stepCaAuthority);
        await("step-ca can be asked", () -> stepCaAuthority.problem().isEmpty());
        setup(platform).install();
        bridge = ProvisioningBridge.builder()
                .store(store)
                .workQueue(store.workQueue())
                .authority(authority)
                .csrReader(new BouncyCastleCsrReader())
                .tunnelConfigWriter(new WireGuardTunnelConfigWriter(
                        new WireGuardSettings(
                                tunnel.publicKey(),
                                new Endpoint("vpn.example.com", 51820),
                                AllowedIps.parse("10.8.0.0/24").orThrow(),
                                Mtu.AUTOMATIC),
                        random))
                .tunnelPeers(peers)
                .updateServer(new HawkbitUpdateServer(
                        HawkbitSettings.of(hawkbit.url(), HawkbitServer.USER, new Secret(HawkbitServer.PASSWORD))
                                .withTokensHandedOut(),
                        background))
                .platform(new ThingsBoardDevicePlatform(platform))
                .peerDirectory(CdmPeersFile.open(directory, store.identity(), store.peers(), store::everLeased)
                        .orThrow())
                .targetTokens(true)
                .clock(clock)
                .nanos(() -> Duration.between(Instant.EPOCH, clock.instant()).toNanos())
                .build();
    }

    private ThingsBoardSetup setup(ThingsBoardSettings platform) {
        Webhook webhook = Webhook.below(URI.create("https://bridge.invalid"), new Secret("0123456789abcdef"));
        return platform.mode() == ThingsBoardMode.CHAIN
                ? ThingsBoardSetup.chain(
                        platform, webhook, authority.authorities().get(0))
                : ThingsBoardSetup.managed(platform, webhook);
    }

    private static ThingsBoardSimulator thingsBoard(InstantSource clock) {
        KeyPair key = CertificateHierarchy.newKey();
        X509Certificate leaf =
                CertificateHierarchy.of("Root", "Issuing").issue(key.getPublic(), "localhost", List.of("localhost"));
        return new ThingsBoardSimulator(new ServerIdentity(key.getPrivate(), List.of(leaf)), clock, Timing.REAL);
    }

    /** Enrolls a device, and has everything done that follows. @return its certificate and those above it */
    List<X509Certificate> enrolled(String id) {
        List<X509Certificate> chain = chain(bridge.enroll(request(id)));
        settle(id);
        return chain;
    }

    static EnrollmentRequest request(String id) {
        return EnrollmentRequest.of(
                id, CsrBuilder.forDevice(id).key(DeviceKey.p256()).pem());
    }

    static List<X509Certificate> chain(EnrollmentResult result) {
        assertThat(result).isInstanceOf(EnrollmentResult.Enrolled.class);
        EnrollmentResult.Enrolled enrolled = (EnrollmentResult.Enrolled) result;
        return Pem.parseCertificates(enrolled.certificatePem() + enrolled.chainPem())
                .orThrow();
    }

    /** Enrolls a device that connects to the platform. */
    List<X509Certificate> connected(String id) {
        List<X509Certificate> chain = enrolled(id);
        connect(chain);
        bridge.connected(new DeviceId(id), "test");
        settle(id);
        assertThat(device(id).state()).isEqualTo(DeviceState.CONNECTED);
        return chain;
    }

    /** Enrolls a device with a new key that connects with the new certificate, which ends the one before. */
    List<X509Certificate> renewed(String id, List<X509Certificate> before) {
        EnrollmentRequest request = request(id);
        Content content = new Content(request.csrPem().getBytes(StandardCharsets.UTF_8));
        List<X509Certificate> chain = chain(bridge.enroll(request.signed(new Signed(content, before.get(0)))));
        settle(id);
        connect(chain);
        bridge.connected(new DeviceId(id), "test");
        settle(id);
        return chain;
    }

    /** As the device does it; nobody tells the bridge. */
    void connect(List<X509Certificate> chain) {
        clock.tick(Duration.ofSeconds(1));
        assertThat(thingsBoard.connect(chain)).isTrue();
        clock.tick(Duration.ofSeconds(1));
    }

    void decommission(String id) {
        assertThat(bridge.operations().decommission(new DeviceId(id), "alice", ""))
                .isInstanceOf(LifecycleResult.Settled.class);
        settle(id);
    }

    Device device(String id) {
        return store.find(new DeviceId(id)).orElseThrow();
    }

    Lane.State lane(String id, Backend backend) {
        return lanes(id).stream()
                .filter(lane -> lane.backend() == backend)
                .findFirst()
                .orElseThrow()
                .state();
    }

    private List<Lane> lanes(String id) {
        return store.workQueue().lanes(new DeviceId(id));
    }

    /** Until the device's lanes are done. */
    void settle(String id) {
        await("the lanes of " + id + " are done", () -> {
            clock.tick(Duration.ofSeconds(1));
            bridge.runDue();
            return lanes(id).stream().allMatch(lane -> lane.state() == Lane.State.DONE);
        });
    }

    /** What a round finds, of this subject. */
    List<Finding> found(String subject) {
        await("the peers file is published", () -> {
            clock.tick(Duration.ofSeconds(1));
            return bridge.publish() == 0;
        });
        DriftReport report = bridge.drift().check().orElseThrow();
        assertThat(report.sections())
                .hasSize(5)
                .allMatch(section -> section.unchecked().isEmpty());
        return report.findings().stream()
                .filter(finding -> finding.subject().equals(subject))
                .toList();
    }

    /** Each of these is found of the subject, and nothing else. */
    void assertFound(String subject, FindingType... types) {
        assertThat(found(subject))
                .as(() -> found(subject).toString())
                .extracting(Finding::type)
                .containsExactly(types);
    }

    /** It is found; a repair marks its lane; it is found no more. */
    void assertRepaired(String id, FindingType... types) {
        assertFound(id, types);
        assertThat(bridge.drift().repair("alice")).isPresent();
        Optional<Backend> backend = types[0].place().backend();
        backend.ifPresent(system -> assertThat(lane(id, system)).isEqualTo(Lane.State.DUE));
        settle(id);
        assertFound(id);
    }

    /** It is found; a repair leaves it alone; it is found again. */
    void assertLeftAlone(String subject, FindingType type) {
        assertFound(subject, type);
        assertThat(bridge.drift().repair("alice")).isPresent();
        bridge.runDue();
        assertFound(subject, type);
    }

    /** A request of ThingsBoard's administrator, past the bridge. */
    JsonNode atThingsBoard(String method, String path, String body) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(thingsBoard.url() + path))
                            .header("X-Authorization", "ApiKey " + apiKey)
                            .header("Content-Type", "application/json")
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What ThingsBoard calls the device. */
    String thingsBoardId(String name) {
        return atThingsBoard("GET", "/api/tenant/devices?deviceName=" + name, "")
                .at("/id/id")
                .textValue();
    }

    static void await(String what, Callable<Boolean> condition) {
        try {
            Await.until(what, condition);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(what, e);
        }
    }

    @Override
    public void close() {
        bridge.close();
        peers.close();
        stepCaAuthority.close();
        background.shutdownNow();
        thingsBoard.close();
    }
}
