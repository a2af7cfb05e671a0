package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.testkit.contract.DevicePlatformContract;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

class InMemoryDevicePlatformTest implements DevicePlatformContract {

    private static final List<String> OPERATIONS = List.of("put", "remove", "look", "list");

    final SettableClock clock = new SettableClock(Instant.parse("2026-11-24T09:00:00Z"));

    private final FaultPlan faults = new FaultPlan();
    private final InMemoryDevicePlatform platform = platform(faults);

    /** One that removes what comes back. */
    InMemoryDevicePlatform platform(FaultPlan plan) {
        return new InMemoryDevicePlatform(plan, false, clock);
    }

    @Override
    public DevicePlatform platform() {
        return platform;
    }

    @Override
    public boolean connect(DeviceId device, X509Certificate certificate) {
        clock.tick(Duration.ofMillis(789));
        return platform.connect(device, certificate, clock.instant());
    }

    @Override
    public void addForeign(String name) {
        platform.addForeign(name, new DevicePlatform.Credential.Other("access token"));
    }

    @Override
    public void goAway() {
        OPERATIONS.forEach(faults::breakDown);
    }

    @Override
    public void comeBack() {
        OPERATIONS.forEach(faults::heal);
    }
}
