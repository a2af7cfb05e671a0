package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.testkit.contract.StoreAndQueue;
import io.provisioningbridge.testkit.contract.WorkQueueContract;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

final class SqliteWorkQueueTest implements WorkQueueContract {

    private final AtomicInteger stores = new AtomicInteger();

    @TempDir
    private Path directory;

    @Override
    public StoreAndQueue openStoreAndQueue() {
        JdbcDeviceStore store =
                new StoreFile(directory.resolve("store-" + stores.incrementAndGet() + ".db")).open("10.8.0.0/22");
        return new StoreAndQueue(store, store.workQueue());
    }
}
