package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    private static final Duration PAUSE = Duration.ofMillis(1);

    @Test
    void taskThatFailsShouldBeCalledAgain() throws Exception {
        CountDownLatch calls = new CountDownLatch(3);
        try (Heartbeat heartbeat = new Heartbeat()) {
            heartbeat.every(PAUSE, "a failing task", () -> {
                calls.countDown();
                throw new IllegalStateException("as it should");
            });
            assertThat(calls.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closeShouldInterruptOnlyWhatMayBe() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean finished = new AtomicBoolean();
        Heartbeat heartbeat = new Heartbeat();
        heartbeat.everyInterruptibly(PAUSE, "a long task", () -> {
            begun.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        heartbeat.every(PAUSE, "a task that ends by itself", () -> {
            begun.countDown();
            try {
                finished.set(interrupted.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        heartbeat.close();

        assertThat(finished).isTrue();
    }
}
