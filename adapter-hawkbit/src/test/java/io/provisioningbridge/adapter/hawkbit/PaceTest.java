package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.http.Deadline;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final Deadline FAR = Deadline.in(Duration.ofMinutes(4));

    @Test
    void turnsShouldComeAtTheRateAfterABurst() throws Exception {
        Pace pace = new Pace(20);
        long begin = System.nanoTime();
        for (int i = 0; i < 25 + Pace.BURST; i++) {
            assertThat(pace.take(FAR)).isTrue();
        }
        // The first turn of all costs nothing either.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(24 * 50));
    }

    @Test
    void turnAfterTheDeadlineShouldNotBeWaitedForNorSpent() throws Exception {
        Pace pace = new Pace(1);
        while (pace.take(Deadline.in(Duration.ofMillis(100)))) {
            // The burst.
        }
        long begin = System.nanoTime();
        assertThat(pace.take(Deadline.in(Duration.ofMillis(100)))).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
        assertThat(pace.take(FAR)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(1900));
    }

    @Test
    void restShouldKeepEverybodyWaiting() throws Exception {
        Pace pace = new Pace(1000);
        long begin = System.nanoTime();
        pace.rest(Duration.ofMillis(300));

        assertThat(pace.take(Deadline.in(Duration.ofMillis(100)))).isFalse();
        assertThat(pace.take(FAR)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }
}
