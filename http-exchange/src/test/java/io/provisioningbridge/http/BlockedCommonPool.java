package io.provisioningbridge.http;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;

/** Keeps every thread of the common pool waiting, as callers do that wait for a lock. */
final class BlockedCommonPool implements AutoCloseable {

    private final CountDownLatch end = new CountDownLatch(1);

    BlockedCommonPool() throws InterruptedException {
        int workers = ForkJoinPool.getCommonPoolParallelism();
        CountDownLatch waiting = new CountDownLatch(workers);
        for (int i = 0; i < workers; i++) {
            ForkJoinPool.commonPool().execute(() -> {
                waiting.countDown();
                awaitEnd();
            });
        }
        waiting.await();
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end.countDown();
    }
}
