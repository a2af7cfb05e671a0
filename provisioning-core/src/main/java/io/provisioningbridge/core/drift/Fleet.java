package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.DeviceStore;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Goes through the devices of a store, a page at a time. */
final class Fleet {

    private static final int PAGE = 500;

    private Fleet() {}

    /** @param states those wanted; empty is all */
    static void forEach(DeviceStore store, Set<DeviceState> states, Consumer<Device> each) {
        List<Device> page = store.list(new DeviceQuery(states, "", "", PAGE));
        while (!page.isEmpty()) {
            for (Device device : page) {
                endIfInterrupted();
                each.accept(device);
            }
            String last = page.get(page.size() - 1).id().key();
            page = page.size() < PAGE ? List.of() : store.list(new DeviceQuery(states, "", last, PAGE));
        }
    }

    /** @throws BackendUnavailableException when the thread is interrupted, as ports do */
    static void endIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendUnavailableException("the calling thread is interrupted", Effect.NONE);
        }
    }
}
