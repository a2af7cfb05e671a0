package io.provisioningbridge.testkit.contract;

import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;

/** A store and the queue of what its changes make due; closed together. */
public record StoreAndQueue(DeviceStore store, WorkQueue queue) implements AutoCloseable {

    @Override
    public void close() {
        store.close();
    }
}
