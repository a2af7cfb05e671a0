package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.adapter.thingsboard.ThingsBoardCheck.Finding;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThingsBoardWatchTest {

    private static final long LATER = Duration.ofSeconds(15).toNanos();

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - LATER / 2);
    private final AtomicInteger looks = new AtomicInteger();
    private Supplier<Set<Finding>> platform = () -> EnumSet.noneOf(Finding.class);

    private Set<Finding> look() {
        looks.incrementAndGet();
        return platform.get();
    }

    private ThingsBoardWatch watch() {
        return new ThingsBoardWatch(this::look, "our devices", Runnable::run, nanos::get);
    }

    @ParameterizedTest
    @EnumSource(value = Finding.class, mode = EnumSource.Mode.EXCLUDE, names = "READABLE_ON_THE_WAY")
    void everyFindingShouldBeSaidInWords(Finding finding) {
        platform = () -> EnumSet.of(finding);

        assertThat(watch().problem().orElseThrow()).contains("device profile 'our devices'", "thingsboard setup");
    }

    @Test
    void plainHttpShouldBeSaidAndNotPassForSomethingThatTheSetupMends() {
        platform = () -> EnumSet.of(Finding.READABLE_ON_THE_WAY);

        assertThat(watch().problem().orElseThrow())
                .contains("THINGSBOARD_URL is not https")
                .doesNotContain("mends");
    }

    @Test
    void whatIsAsItShouldBeShouldBeNoProblem() {
        assertThat(watch().problem()).isEmpty();
        assertThat(looks).hasValue(1);
    }

    @Test
    void aPlatformThatIsAwayShouldBeAskedAgainUntilItIsThere() {
        platform = () -> {
            throw new BackendUnavailableException("nobody listens", Effect.NONE);
        };
        ThingsBoardWatch watch = watch();
        assertThat(watch.problem()).contains("nobody listens");

        platform = () -> {
            throw new BackendRefusedException("that is no ThingsBoard", Fault.BACKEND, Effect.NONE);
        };
        assertThat(watch.problem()).contains("nobody listens");
        nanos.addAndGet(LATER);
        assertThat(watch.problem()).contains("that is no ThingsBoard");

        platform = () -> EnumSet.noneOf(Finding.class);
        nanos.addAndGet(LATER);
        assertThat(watch.problem()).isEmpty();
        assertThat(looks).hasValue(3);
    }

    @Test
    void aLookThatHangsShouldKeepNobodyWaiting() {
        Queue<Runnable> started = new ArrayDeque<>();
        ThingsBoardWatch watch = new ThingsBoardWatch(this::look, "our devices", started::add, nanos::get);

        assertThat(watch.problem()).isEmpty();
        nanos.addAndGet(LATER);
        assertThat(watch.problem()).isEmpty();

        assertThat(started).as("one look at a time").hasSize(1);
    }

    @Test
    void theEndOfTheProcessShouldBeNoFault() {
        ThingsBoardWatch watch = new ThingsBoardWatch(
                this::look,
                "our devices",
                command -> {
                    throw new RejectedExecutionException("closed");
                },
                nanos::get);

        assertThat(watch.problem()).isEmpty();
        assertThat(watch.problem()).isEmpty();
        assertThat(looks).hasValue(0);
    }
}
