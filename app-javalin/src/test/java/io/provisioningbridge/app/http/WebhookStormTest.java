package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.adapter.jdbc.JdbcDeviceStore;
import io.provisioningbridge.adapter.jdbc.SqliteStores;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDevicePlatform;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.InMemoryUpdateServer;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The platform was restarted: all devices connect anew, and it tells of each of them, over many connections, while the lanes
 * are worked on. How long that takes the benchmarks say. With 10,000 devices by hand:
 *
 * <pre>./mvnw test -pl app-javalin -am -Dtest=WebhookStormTest -Dtests.excluded= -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class WebhookStormTest {

    private static final int CONNECTIONS = 64;
    private static final int PLATFORM_WORKERS = 8;
    private static final String SECRET = "webhook-0123456789";

    private final ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
    private final FaultPlan platformCalls = new FaultPlan();
    private final InMemoryDevicePlatform platform =
            new InMemoryDevicePlatform(platformCalls, false, InstantSource.system());
    private final CountedTargets updates = new CountedTargets(new InMemoryUpdateServer());
    private final WebhookActivity activity = new WebhookActivity(InstantSource.system());

    @TempDir
    private Path directory;

    private JdbcDeviceStore store;
    private ProvisioningBridge bridge;
    private TestServer server;

    @BeforeEach
    void start() {
        store = SqliteStores.open(
                directory.resolve("storm.db"),
                AddressPools.parse("10.8.0.0/16").orThrow(),
                InstantSource.system(),
                new SecureRandom());
        bridge = ProvisioningBridge.builder()
                .store(store)
                .workQueue(store.workQueue())
                .authority(new InMemoryCertificateAuthority(InstantSource.system()))
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
                .tunnelPeers(new InMemoryTunnelPeers())
                .platform(platform)
                .updateServer(updates)
                .build();
        server = TestServer.of(
                new WebhookApi(
                        new WebhookSecrets(List.of(new Secret(SECRET))),
                        bridge::connected,
                        store::find,
                        device -> {},
                        activity),
                bridge::enroll);
    }

    @AfterEach
    void stop() {
        clients.shutdownNow();
        server.close();
        bridge.close();
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void everyCallShouldBringItsDeviceUpOnce() throws Exception {
        storm(300);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void everyOfTenThousandCallsShouldBringItsDeviceUpOnce() throws Exception {
        storm(10_000);
    }

    private void storm(int size) throws Exception {
        List<String> fleet = IntStream.range(0, size).mapToObj(i -> "pump-" + i).toList();
        Map<String, X509Certificate> certificates = enroll(fleet);
        settle();
        fleet.forEach(device -> assertThat(platform.connect(
                        new DeviceId(device),
                        Objects.requireNonNull(certificates.get(device), device),
                        InstantSource.system().instant()))
                .isTrue());

        assertThat(callAndConverge(fleet))
                .as("the first time")
                .containsOnlyKeys("pending")
                .containsEntry("pending", size);
        for (String device : fleet) {
            assertThat(store.find(new DeviceId(device)).orElseThrow().state())
                    .as(device)
                    .isEqualTo(DeviceState.CONNECTED);
        }
        assertThat(callAndConverge(fleet))
                .as("once more")
                .containsOnlyKeys("already_provisioned")
                .containsEntry("already_provisioned", size);

        assertThat(activity.acceptedCalls()).isEqualTo(2L * size);
        assertThat(platformCalls.calls("put")).as("writes at the platform").isEqualTo(size);
        fleet.forEach(this::assertIsUp);
    }

    private void assertIsUp(String device) {
        DeviceId id = new DeviceId(device);
        assertThat(store.events(id))
                .as(device)
                .filteredOn(event -> event.action() == AuditEvent.Action.DEVICE_CONNECTED)
                .hasSize(1);
        assertThat(store.workQueue().lanes(id))
                .as(device)
                .extracting(Lane::state)
                .containsOnly(Lane.State.DONE);
        assertThat(updates.writesOf(id))
                .as("writes at the update server for " + device)
                .isEqualTo(1);
    }

    private Map<String, X509Certificate> enroll(List<String> fleet) throws Exception {
        ConcurrentMap<String, X509Certificate> certificates = new ConcurrentHashMap<>();
        inParallel(fleet, device -> {
            EnrollmentResult result = bridge.enroll(
                    EnrollmentRequest.of(device, CsrBuilder.forDevice(device).pem())
                            .from("storm", "192.0.2.7"));
            String pem = ((EnrollmentResult.Enrolled) result).certificatePem();
            certificates.put(device, Pem.parseCertificates(pem).orThrow().get(0));
        });
        return certificates;
    }

    /** Does what is due, also what is due only once the platform can be asked about it. */
    private void settle() {
        while (!store.workQueue().list(Lane.State.DUE, Optional.empty(), 1).isEmpty()) {
            bridge.runDue();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** One call for each device while the lanes are worked on, and then what is left. @return the statuses of the answers */
    private Map<String, Integer> callAndConverge(List<String> fleet) throws Exception {
        ScheduledExecutorService workers = Executors.newScheduledThreadPool(PLATFORM_WORKERS + 1);
        for (int i = 0; i < PLATFORM_WORKERS; i++) {
            repeatedly(workers, Backend.PLATFORM);
        }
        repeatedly(workers, Backend.UPDATE_SERVER);
        try {
            return call(fleet);
        } finally {
            workers.shutdown();
            assertThat(workers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            settle();
        }
    }

    private void repeatedly(ScheduledExecutorService workers, Backend backend) {
        Future<?> unused = workers.scheduleWithFixedDelay(() -> bridge.runDue(backend), 0, 20, TimeUnit.MILLISECONDS);
    }

    /** @return how many calls were answered with which status */
    private Map<String, Integer> call(List<String> fleet) throws Exception {
        ConcurrentMap<String, Integer> answers = new ConcurrentHashMap<>();
        inParallel(fleet, device -> {
            HttpResponse<String> response = server.send(server.request(WebhookRoute.PATH)
                    .header(WebhookRoute.SECRET, SECRET)
                    .POST(BodyPublishers.ofString(WebhookSite.connect(device))));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            answers.merge(TestServer.json(response.body()).path("status").textValue(), 1, Integer::sum);
        });
        return answers;
    }

    private interface Step {
        void with(String device) throws Exception;
    }

    private void inParallel(List<String> fleet, Step step) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            running.add(clients.submit(() -> {
                for (int n = next.getAndIncrement(); n < fleet.size(); n = next.getAndIncrement()) {
                    step.with(fleet.get(n));
                }
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
    }
}
