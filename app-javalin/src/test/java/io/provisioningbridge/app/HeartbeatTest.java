package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    private static final Duration PAUSE = Duration.ofMillis(1);

    private final CountDownLatch end = new CountDownLatch(1);
    private final Heartbeat heartbeat = new Heartbeat();

    @AfterEach
    void stop() {
        end.countDown();
        heartbeat.close();
    }

    @Test
    void whatHangsShouldDelayNothingElse() throws Exception {
        CountDownLatch hanging = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            heartbeat.every(PAUSE, "what hangs", () -> {
                hanging.countDown();
                awaitEnd();
            });
        }
        assertThat(hanging.await(30, TimeUnit.SECONDS)).as("side by side").isTrue();

        CountDownLatch calls = new CountDownLatch(3);
        heartbeat.every(PAUSE, "another", calls::countDown);

        assertThat(calls.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatFailsShouldBeCalledAgain() throws Exception {
        CountDownLatch calls = new CountDownLatch(3);
        heartbeat.every(PAUSE, "what fails", () -> {
            calls.countDown();
            throw new IllegalStateException("planned");
        });

        assertThat(calls.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
