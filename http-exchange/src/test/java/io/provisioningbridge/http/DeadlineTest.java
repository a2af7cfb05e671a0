package io.provisioningbridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void remainingTimeShouldNotBeNegative() {
        assertThat(Deadline.in(HOUR).remainingNanos()).isBetween(MINUTE.toNanos(), HOUR.toNanos());
        assertThat(Deadline.in(MINUTE.negated()).remainingNanos()).isZero();
    }

    @Test
    void earlierOfTwoShouldCount() {
        assertThat(Deadline.in(HOUR).within(MINUTE).leaves(MINUTE.plusSeconds(1)))
                .isFalse();
        assertThat(Deadline.in(MINUTE).within(HOUR).leaves(MINUTE.plusSeconds(1)))
                .isFalse();
        assertThat(Deadline.in(HOUR).within(HOUR).leaves(MINUTE)).isTrue();
    }

    @Test
    void deadlineShouldBeMovedForward() {
        assertThat(Deadline.in(HOUR).earlierBy(HOUR).remainingNanos()).isZero();
        assertThat(Deadline.in(HOUR).earlierBy(MINUTE).leaves(MINUTE)).isTrue();
    }
}
