package io.provisioningbridge.app.http;

import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.time.Duration;
import java.time.Instant;

/** A bridge with in-memory ports, and what it is made of. */
final class InMemoryBridge implements AutoCloseable {

    final SettableClock clock = new SettableClock(Instant.parse("2026-11-23T10:00:00Z"));
    final FaultPlan faults = new FaultPlan();
    final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(clock, faults, Duration.ofDays(90));
    final InMemoryTunnelConfigWriter tunnel = new InMemoryTunnelConfigWriter();
    final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow());
    final ProvisioningBridge bridge = ProvisioningBridge.builder()
            .store(store)
            .authority(authority)
            .csrReader(new SimpleCsrReader())
            .tunnelConfigWriter(tunnel)
            .clock(clock)
            .build();

    @Override
    public void close() {
        bridge.close();
    }
}
