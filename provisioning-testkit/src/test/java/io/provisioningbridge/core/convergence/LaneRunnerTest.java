package io.provisioningbridge.core.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.core.port.WorkQueue.Task;
import io.provisioningbridge.testkit.contract.StoreChanges;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.SettableClock;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** One lane of many is trouble. */
class LaneRunnerTest {

    // Failures by the dozen would hide a real one. Held, since loggers are collected.
    private static final Logger LOG = Logger.getLogger(LaneRunner.class.getName());

    static {
        LOG.setUseParentHandlers(false);
    }

    private static final Instant T = Instant.parse("2026-03-01T12:00:00Z");

    private final SettableClock clock = new SettableClock(T);
    private final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.8.0.0/24").orThrow(), new FaultPlan());
    private final WorkQueue queue = store.workQueue();
    private final Map<String, Supplier<Verdict>> planned = new HashMap<>();
    private final List<List<String>> batches = new ArrayList<>();
    private final LaneRunner runner = new LaneRunner(queue, new Planned(), clock, new Random(3));

    private final class Planned implements Convergence {

        @Override
        public Backend backend() {
            return Backend.TUNNEL;
        }

        @Override
        public int batch() {
            return 4;
        }

        @Override
        public Duration lease() {
            return Duration.ofMinutes(1);
        }

        @Override
        public List<Verdict> converge(List<Task> tasks) {
            List<String> devices =
                    tasks.stream().map(task -> task.lane().device().text()).toList();
            batches.add(devices);
            return devices.stream()
                    .map(device -> planned.getOrDefault(device, this::done).get())
                    .toList();
        }

        private Verdict done() {
            return new Verdict.Done(new Observation(clock.instant(), Evidence.OBSERVED, "there"), Optional.empty());
        }
    }

    private void markDue(int devices) {
        for (int i = 1; i <= devices; i++) {
            store.commit(new StoreChanges(i).markedDue(Set.of(new DeviceId("dev-" + i)), Backend.TUNNEL, T));
        }
    }

    private Lane lane(String device) {
        return queue.lanes(new DeviceId(device)).get(0);
    }

    private static Verdict broken() {
        throw new IllegalStateException("a bug");
    }

    @Test
    void laneThatMakesTheBridgeFailShouldWaitWithAProblemAndKeepNoOtherOneWaiting() {
        markDue(8);
        planned.put("dev-3", LaneRunnerTest::broken);

        assertThat(runner.run()).isEqualTo(7);

        assertThat(lane("dev-3").state()).isEqualTo(Lane.State.DUE);
        assertThat(lane("dev-3").problem()).contains("a bug");
        assertThat(lane("dev-3").attempts()).isEqualTo(1);
        assertThat(lane("dev-3").nextTry().orElseThrow()).isAfter(T);
        assertThat(batches)
                .as("each of the batch by itself, then as ever")
                .containsExactly(
                        List.of("dev-1", "dev-2", "dev-3", "dev-4"),
                        List.of("dev-1"),
                        List.of("dev-2"),
                        List.of("dev-3"),
                        List.of("dev-4"),
                        List.of("dev-5", "dev-6", "dev-7", "dev-8"));

        planned.clear();
        clock.tick(Duration.ofSeconds(1));
        assertThat(runner.run()).isEqualTo(1);
    }

    @Test
    void failureOfTheBridgeShouldBeLoggedOnceWithItsStackTrace() {
        List<LogRecord> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        markDue(1);
        planned.put("dev-1", LaneRunnerTest::broken);
        LOG.setLevel(Level.ALL);
        LOG.addHandler(handler);
        try {
            runner.run();
        } finally {
            LOG.removeHandler(handler);
            LOG.setLevel(null);
        }

        assertThat(logged)
                .filteredOn(record -> record.getThrown() != null)
                .singleElement()
                .satisfies(record -> assertThat(record.getThrown()).hasMessage("a bug"));
    }

    @Test
    void laneWhoseTurnDidNotComeShouldKeepItAndCountNoAttempt() {
        markDue(4);
        Verdict down = new Verdict.Unavailable("no route", Duration.ofSeconds(1));
        planned.put("dev-1", () -> down);
        planned.put("dev-2", Verdict.Postponed::new);
        planned.put("dev-3", Verdict.Postponed::new);
        planned.put("dev-4", Verdict.Postponed::new);

        runner.run();

        assertThat(lane("dev-1").attempts()).isEqualTo(1);
        assertThat(List.of("dev-2", "dev-3", "dev-4")).allSatisfy(device -> {
            assertThat(lane(device).attempts()).isZero();
            assertThat(lane(device).problem()).isEmpty();
            assertThat(lane(device).nextTry()).contains(T);
        });
    }

    /** What keeps everybody waiting is over for everybody at once, and nobody has grown his own interval. */
    @Test
    void laneShouldBeTriedAgainAMinuteAfterALongOutageAtTheLatest() {
        markDue(2);
        Verdict down = new Verdict.Unavailable("no route", Duration.ofSeconds(1));
        planned.put("dev-1", () -> down);
        planned.put("dev-2", () -> down);
        for (int second = 0; second < 3 * 3600; second++) {
            runner.run();
            clock.tick(Duration.ofSeconds(1));
        }
        assertThat(batches).hasSizeLessThan(500);

        planned.clear();
        clock.tick(Duration.ofMinutes(1));
        runner.run();

        assertThat(List.of("dev-1", "dev-2"))
                .allSatisfy(device -> assertThat(lane(device).state()).isEqualTo(Lane.State.DONE));
    }

    @Test
    void deviceThatIsTroubleByItselfShouldBeTriedLessAndLess() {
        markDue(1);
        planned.put("dev-1", () -> new Verdict.Troubled("500", Duration.ofSeconds(1)));
        for (int second = 0; second < 3600; second++) {
            runner.run();
            clock.tick(Duration.ofSeconds(1));
        }

        assertThat(batches).hasSizeBetween(12, 40);
        markDue(4);
        planned.remove("dev-1");
        runner.run();
        assertThat(lane("dev-4").state()).isEqualTo(Lane.State.DONE);
    }
}
