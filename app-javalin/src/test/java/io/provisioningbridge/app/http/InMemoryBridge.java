package io.provisioningbridge.app.http;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** A bridge with in-memory ports, and what it is made of. */
final class InMemoryBridge implements AutoCloseable {

    final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00Z"));
    final FaultPlan faults = new FaultPlan();
    final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(clock, faults, Duration.ofDays(90));
    final InMemoryTunnelConfigWriter tunnel = new InMemoryTunnelConfigWriter();
    final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow());
    final WorkQueue queue = store.workQueue();
    final WebhookActivity webhook = new WebhookActivity(clock);
    final InMemoryTunnelPeers peers;
    final ProvisioningBridge bridge;

    InMemoryBridge() {
        this(Evidence.OBSERVED);
    }

    /** @param evidence how well the tunnel server's peers are known */
    InMemoryBridge(Evidence evidence) {
        peers = new InMemoryTunnelPeers(faults, evidence);
        bridge = ProvisioningBridge.builder()
                .store(store)
                .workQueue(queue)
                .authority(authority)
                .csrReader(new SimpleCsrReader())
                .tunnelConfigWriter(tunnel)
                .tunnelPeers(peers)
                .targetTokens(true)
                .clock(clock)
                // In nanoseconds of the clock that is set, so that what rests has rested after a tick.
                .nanos(() -> Duration.between(Instant.EPOCH, clock.instant()).toNanos())
                .random(new Random(5))
                .build();
    }

    @Override
    public void close() {
        bridge.close();
    }
}
