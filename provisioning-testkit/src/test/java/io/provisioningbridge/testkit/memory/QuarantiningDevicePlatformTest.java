package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.testkit.fixture.FaultPlan;

class QuarantiningDevicePlatformTest extends InMemoryDevicePlatformTest {

    @Override
    InMemoryDevicePlatform platform(FaultPlan plan) {
        return new InMemoryDevicePlatform(plan, true, clock);
    }
}
