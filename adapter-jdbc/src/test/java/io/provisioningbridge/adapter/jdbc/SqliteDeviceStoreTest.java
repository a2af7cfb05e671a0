package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.testkit.contract.DeviceStoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

final class SqliteDeviceStoreTest implements DeviceStoreContract {

    private final AtomicInteger stores = new AtomicInteger();

    @TempDir
    private Path directory;

    @Override
    public DeviceStore newStore(AddressPools pools) {
        int number = stores.incrementAndGet();
        return SqliteStores.open(
                directory.resolve("store-" + number + ".db"), pools, InstantSource.system(), new Random(number));
    }
}
