package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.testkit.contract.StoreAndQueue;
import io.provisioningbridge.testkit.contract.WorkQueueContract;

final class InMemoryWorkQueueTest implements WorkQueueContract {

    @Override
    public StoreAndQueue openStoreAndQueue() {
        InMemoryDeviceStore store =
                new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/22").orThrow());
        return new StoreAndQueue(store, store.workQueue());
    }
}
