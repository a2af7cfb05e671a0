package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDevicePlatform;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.InMemoryUpdateServer;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A bridge with a platform and an update server, all in memory, and the platform's webhook over HTTP. */
final class WebhookSite implements AutoCloseable {

    static final String SECRET = "webhook-secret-new";
    static final String OLD_SECRET = "webhook-secret-old";

    final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00Z"));
    final FaultPlan storeFaults = new FaultPlan();
    final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow(), storeFaults);
    final WorkQueue queue = store.workQueue();
    final InMemoryDevicePlatform platform = new InMemoryDevicePlatform(new FaultPlan(), false, clock);
    final InMemoryUpdateServer updates = new InMemoryUpdateServer();
    final WebhookActivity activity = new WebhookActivity(clock);
    final List<DeviceId> drift = new CopyOnWriteArrayList<>();
    final ProvisioningBridge bridge;
    final TestServer server;
    private final Map<String, X509Certificate> certificates = new ConcurrentHashMap<>();

    WebhookSite() {
        this(true, true);
    }

    /**
     * @param withPlatform whether the bridge can ask it
     * @param withUpdates whether there is an update server
     */
    WebhookSite(boolean withPlatform, boolean withUpdates) {
        ProvisioningBridge.Builder builder = ProvisioningBridge.builder()
                .store(store)
                .workQueue(queue)
                .authority(new InMemoryCertificateAuthority(clock, new FaultPlan(), Duration.ofDays(90)))
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
                .tunnelPeers(new InMemoryTunnelPeers())
                .clock(clock)
                .random(new Random(6));
        if (withPlatform) {
            builder.platform(platform);
        }
        if (withUpdates) {
            builder.updateServer(updates);
        }
        bridge = builder.build();
        WebhookApi webhook = new WebhookApi(
                new WebhookSecrets(List.of(new Secret(SECRET), new Secret(OLD_SECRET))),
                bridge::connected,
                store::find,
                drift::add,
                activity);
        server = TestServer.of(webhook, bridge::enroll);
    }

    /** The device is enrolled, and registered wherever that is done before it connects. */
    void enroll(String id) {
        EnrollmentResult result = bridge.enroll(
                EnrollmentRequest.of(id, CsrBuilder.forDevice(id).pem()).from("req-1", "192.0.2.7"));
        assertThat(result).isInstanceOf(EnrollmentResult.Enrolled.class);
        String pem = ((EnrollmentResult.Enrolled) result).certificatePem();
        certificates.put(id, Pem.parseCertificates(pem).orThrow().get(0));
        settle();
    }

    /** The device connects to the platform, which tells nobody. */
    void connectAtPlatform(String id) {
        clock.tick(Duration.ofSeconds(1));
        X509Certificate certificate = Objects.requireNonNull(certificates.get(id), id);
        assertThat(platform.connect(new DeviceId(id), certificate, clock.instant()))
                .isTrue();
    }

    /** Does what is due until nothing is, once the platform can be asked about what it told. */
    void settle() {
        clock.tick(Duration.ofSeconds(1));
        while (bridge.runDue() > 0) {
            // again
        }
    }

    /** What the shipped rule chain sends. */
    static String event(String event, String device) {
        return Json.object()
                .put("event", event)
                .put("deviceId", "8cc83440-e765-11f1-84e0-efad7c1e0e10")
                .put("deviceName", device)
                .put("deviceType", "provisioning-bridge")
                .put("ts", 1795455877381L)
                .toString();
    }

    static String connect(String device) {
        return event("CONNECT_EVENT", device);
    }

    HttpResponse<String> call(String body) throws IOException, InterruptedException {
        return server.send(request(body).header(WebhookRoute.SECRET, SECRET));
    }

    /** Without a secret. */
    HttpRequest.Builder request(String body) {
        return server.request(WebhookRoute.PATH)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    @Override
    public void close() {
        server.close();
        bridge.close();
    }
}
