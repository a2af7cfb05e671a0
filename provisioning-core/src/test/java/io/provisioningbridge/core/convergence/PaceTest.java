package io.provisioningbridge.core.convergence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PaceTest {

    private long now = Long.MAX_VALUE - 50; // wraps around in the middle of a test
    private final Pace pace = new Pace(20, () -> now);

    @Test
    void workShouldBeAllowedAtFirst() {
        assertThat(pace.allows()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10, 3_000_000_000L})
    void workShouldRestTwentyTimesAsLongAsItTook(long nanos) {
        pace.work(() -> now += nanos);

        assertThat(pace.allows()).isFalse();
        now += 20 * nanos - 1;
        assertThat(pace.allows()).isFalse();
        now += 1;
        assertThat(pace.allows()).isTrue();
        now += Long.MAX_VALUE;
        assertThat(pace.allows()).isTrue();
        now += Long.MAX_VALUE;
        assertThat(pace.allows()).isTrue();
    }

    @Test
    void workShouldTakeLessThanATwentiethOfTheTimeHoweverOftenItIsWanted() {
        long begun = now;
        long worked = 0;
        for (int i = 0; i < 100_000; i++) {
            if (pace.allows()) {
                pace.work(() -> now += 700);
                worked += 700;
            }
            now += 13;
        }

        assertThat(worked).isPositive().isLessThan((now - begun) / 20);
    }

    @Test
    void workThatFailsShouldRestToo() {
        assertThatThrownBy(() -> pace.work(() -> {
                    now += 5;
                    throw new IllegalStateException("failed");
                }))
                .hasMessage("failed");

        assertThat(pace.allows()).isFalse();
        now += 100;
        assertThat(pace.allows()).isTrue();
    }
}
