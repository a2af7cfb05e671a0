package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDevicePlatform;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whom a deletion at ThingsBoard is put down to. */
class DeletedAtPlatformTest {

    private static final DeviceId PUMP = new DeviceId("pump-1");

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00Z"));
    private final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow());
    private final WorkQueue queue = store.workQueue();
    private final FaultPlan faults = new FaultPlan();
    private final ProvisioningBridge bridge = ProvisioningBridge.builder()
            .store(store)
            .workQueue(queue)
            .authority(new InMemoryCertificateAuthority(clock, new FaultPlan(), Duration.ofDays(90)))
            .csrReader(new SimpleCsrReader())
            .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
            .tunnelPeers(new InMemoryTunnelPeers())
            .platform(new InMemoryDevicePlatform(faults, false, clock))
            .clock(clock)
            .random(new Random(6))
            .build();
    private final List<DeviceId> looked = new ArrayList<>();
    private final DeletedAtPlatform deleted = new DeletedAtPlatform(store, queue, looked::add, clock);

    private void enroll() {
        assertThat(bridge.enroll(EnrollmentRequest.of(
                        PUMP.text(), CsrBuilder.forDevice(PUMP.text()).pem())))
                .isInstanceOf(EnrollmentResult.Enrolled.class);
        clock.tick(Duration.ofSeconds(1));
    }

    private void anotherLifeBeginsBeforeTheFirstWasRemoved() {
        enroll();
        bridge.runDue();
        faults.breakDown("remove").breakDown("look");
        bridge.operations().decommission(PUMP, "alice", "sold");
        bridge.runDue();
        clock.tick(Duration.ofMinutes(2));
        assertThat(bridge.operations().readmit(PUMP, "alice", "")).isInstanceOf(LifecycleResult.Settled.class);
        enroll();
        faults.heal("remove").heal("look");
    }

    @Test
    void deletionOfADeviceInItsFirstLifeShouldBeSomebodyElses() {
        enroll();
        bridge.runDue();

        assertThat(deleted.isByTheBridge(PUMP)).isFalse();
        deleted.accept(PUMP);
        assertThat(looked).containsExactly(PUMP);
    }

    @Test
    void removalOfWhatAnEarlierLifeLeftShouldBeTheBridgesOwn() {
        anotherLifeBeginsBeforeTheFirstWasRemoved();
        assertThat(deleted.isByTheBridge(PUMP)).as("before it is done").isTrue();
        int removals = faults.calls("remove");

        clock.tick(Duration.ofMinutes(5));
        bridge.runDue(Backend.PLATFORM);

        assertThat(faults.calls("remove")).isGreaterThan(removals);
        assertThat(deleted.isByTheBridge(PUMP)).as("told a moment later").isTrue();
        deleted.accept(PUMP);
        assertThat(looked).as("looked at all the same").containsExactly(PUMP);
    }

    @Test
    void laterDeletionOfADeviceWithAnotherLifeShouldBeSomebodyElses() {
        anotherLifeBeginsBeforeTheFirstWasRemoved();
        clock.tick(Duration.ofMinutes(5));
        bridge.runDue(Backend.PLATFORM);

        clock.tick(Duration.ofMinutes(1));

        assertThat(deleted.isByTheBridge(PUMP)).isFalse();
    }
}
