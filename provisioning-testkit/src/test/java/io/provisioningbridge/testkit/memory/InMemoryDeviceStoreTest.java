package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.testkit.contract.DeviceStoreContract;

final class InMemoryDeviceStoreTest implements DeviceStoreContract {

    @Override
    public DeviceStore newStore(AddressPools pools) {
        return new InMemoryDeviceStore(pools);
    }
}
