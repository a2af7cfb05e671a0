package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.enrollment.EnrollmentPolicy;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryPeerDirectory;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A fleet that is registered at once with a ThingsBoard whose tenant may ask so often and no more. */
class CatchUpTest {

    private static final int DEVICES = 60;
    private static final int REQUESTS_OF_A_SECOND = 25;

    private final SimulatedPlatform platform = SimulatedPlatform.managed();
    private final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow(), new FaultPlan());
    private final WorkQueue queue = store.workQueue();
    private final ProvisioningBridge bridge = ProvisioningBridge.builder()
            .store(store)
            .workQueue(queue)
            .authority(new InMemoryCertificateAuthority(InstantSource.system()))
            .csrReader(new SimpleCsrReader())
            .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
            .tunnelPeers(new InMemoryTunnelPeers())
            .peerDirectory(new InMemoryPeerDirectory())
            .platform(platform.adapter())
            .policy(EnrollmentPolicy.open(Set.of()))
            .random(new Random(7))
            .build();

    @AfterEach
    void close() {
        bridge.close();
        platform.close();
    }

    @Test
    void fleetShouldBeRegisteredAtTheRateThatIsAllowed() {
        Seeded peers = new Seeded(7);
        for (int i = 0; i < DEVICES; i++) {
            String id = "dev-" + i;
            assertThat(bridge.enroll(EnrollmentRequest.of(
                                    id,
                                    CsrBuilder.forDevice(id)
                                            .key(DeviceKey.p256())
                                            .pem())
                            .withPeerKey(peers.peerKey().base64())))
                    .isInstanceOf(EnrollmentResult.Enrolled.class);
        }
        platform.simulator.limitRate(REQUESTS_OF_A_SECOND + ":1");

        bridge.runDue(Backend.PLATFORM);

        for (int i = 0; i < DEVICES; i++) {
            assertThat(queue.lanes(new DeviceId("dev-" + i)))
                    .filteredOn(lane -> lane.backend() == Backend.PLATFORM)
                    .extracting(Lane::state)
                    .containsExactly(Lane.State.DONE);
        }
        assertThat(platform.simulator.refusedByRate())
                .as("one for each second that it took, about")
                .isLessThan(DEVICES);
    }
}
