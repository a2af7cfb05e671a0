package io.provisioningbridge.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryPeerDirectory;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often the peer directory is published, whatever that costs. */
final class PublicationTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long COST = SECOND / 4;

    private final AtomicLong nanos = new AtomicLong();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00Z"));
    private final FaultPlan faults = new FaultPlan();
    private final InMemoryPeerDirectory directory = new InMemoryPeerDirectory(faults);
    private final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/16").orThrow());

    private Runnable duringPublication = () -> nanos.addAndGet(COST);

    private final ProvisioningBridge bridge = ProvisioningBridge.builder()
            .store(store)
            .authority(new InMemoryCertificateAuthority(clock, faults, Duration.ofDays(30)))
            .csrReader(new SimpleCsrReader())
            .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
            .workQueue(store.workQueue())
            .tunnelPeers(new InMemoryTunnelPeers(faults))
            .peerDirectory(snapshot -> {
                directory.publish(snapshot);
                duringPublication.run();
            })
            .clock(clock)
            .nanos(nanos::get)
            .build();

    @Test
    void publicationShouldTakeLessThanATwentiethOfTheTimeWhileDevicesComeWithoutPause() {
        int devices = 300;
        for (int i = 0; i < devices; i++) {
            enroll("dev-" + i);
            bridge.runDue();
            second();
        }

        assertThat(faults.calls("publish") * COST * 20)
                .isPositive()
                .isLessThanOrEqualTo(nanos.get())
                .isGreaterThan(nanos.get() / 2);
        for (int i = 0; i < 5; i++) {
            second();
        }
        bridge.runDue();
        assertThat(directory.addresses()).hasSize(devices);
    }

    @Test
    void changeAfterARestShouldBePublishedAtOnce() {
        enroll("dev-1");
        bridge.runDue();
        nanos.addAndGet(20 * COST);
        enroll("dev-2");
        bridge.runDue();

        assertThat(directory.addresses()).containsOnlyKeys("dev-1", "dev-2");
    }

    @Test
    void enrollmentShouldNotWaitForAPublication() throws Exception {
        enroll("dev-1");
        CountDownLatch publishing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        duringPublication = () -> {
            publishing.countDown();
            await(goOn);
        };
        CompletableFuture<Void> publication = CompletableFuture.runAsync(bridge::runDue);
        await(publishing);

        enroll("dev-2");

        assertThat(publication).isNotDone();
        goOn.countDown();
        publication.get(30, TimeUnit.SECONDS);
    }

    private void second() {
        nanos.addAndGet(SECOND);
        clock.tick(Duration.ofSeconds(1));
    }

    private void enroll(String id) {
        assertThat(bridge.enroll(
                        EnrollmentRequest.of(id, CsrBuilder.forDevice(id).pem())))
                .isInstanceOf(EnrollmentResult.Enrolled.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
