package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every {@link WorkQueue} does; {@link LanesOfChanges} says which changes make which lanes due, {@link LanesOfSystems} at which
 * systems. Beyond the port's own
 * text: lanes are leased in the order of their next tries; times are kept in whole milliseconds; a result that comes after
 * its lease ended counts as long as nobody else has leased the lane.
 */
public interface WorkQueueContract extends LanesOfChanges, LanesOfSystems {

    Instant T = Instant.parse("2026-03-01T12:00:00.123Z");
    Duration LEASE = Duration.ofSeconds(30);
    DeviceId DRILL = new DeviceId("Drill-1");
    Observation SEEN = new Observation(T, Observation.Evidence.OBSERVED, "absent");

    private static void markDue(StoreAndQueue opened, String device, Instant at) {
        Change change = new StoreChanges(1).markedDue(Set.of(new DeviceId(device)), Backend.TUNNEL, at);
        assertThat(opened.store().commit(change)).isEqualTo(new Outcome.Committed());
    }

    private static List<Task> lease(StoreAndQueue opened, Instant at) {
        return opened.queue().lease(Backend.TUNNEL, 10, at, LEASE);
    }

    private static Task leaseOne(StoreAndQueue opened, Instant at) {
        List<Task> tasks = lease(opened, at);
        assertThat(tasks).hasSize(1);
        return tasks.get(0);
    }

    private static boolean finish(StoreAndQueue opened, Result result, Instant at) {
        List<Boolean> counted = opened.queue().finish(List.of(result), at);
        assertThat(counted).hasSize(1);
        return counted.get(0);
    }

    private static Result done(Task task) {
        return new Result.Done(task, SEEN, Optional.empty());
    }

    private static Lane lane(StoreAndQueue opened) {
        List<Lane> lanes = opened.queue().lanes(DRILL);
        assertThat(lanes).hasSize(1);
        return lanes.get(0);
    }

    @Test
    default void laneShouldBeLeasedFromItsNextTryOn() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            assertThat(lease(opened, T.minusMillis(1))).isEmpty();
            assertThat(opened.queue().lease(Backend.CERTIFICATE_AUTHORITY, 10, T, LEASE))
                    .as("of another system")
                    .isEmpty();

            Task task = leaseOne(opened, T);

            assertThat(task.lane()).isEqualTo(lane(opened));
            assertThat(task.leasedUntil()).isEqualTo(T.plus(LEASE));
            assertThat(task.fence()).isPositive();
            assertThat(task.takenOver()).isFalse();
        }
    }

    @Test
    default void longestWaitingShouldBeLeasedFirstAndNoMoreThanAskedFor() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "a", T.plusSeconds(3));
            markDue(opened, "b", T.plusSeconds(1));
            markDue(opened, "c", T.plusSeconds(2));
            Instant now = T.plusSeconds(10);

            assertThat(opened.queue().lease(Backend.TUNNEL, 2, now, LEASE))
                    .extracting(task -> task.lane().device().text())
                    .containsExactly("b", "c");
            assertThat(opened.queue().lease(Backend.TUNNEL, 2, now, LEASE))
                    .extracting(task -> task.lane().device().text())
                    .containsExactly("a");
            assertThat(opened.queue().lease(Backend.TUNNEL, 2, now, LEASE)).isEmpty();
        }
    }

    @Test
    default void leasedLaneShouldBeNobodyElsesUntilItsLeaseEnds() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            Task first = leaseOne(opened, T);
            assertThat(lease(opened, T)).isEmpty();
            assertThat(lease(opened, T.plus(LEASE).minusMillis(1))).isEmpty();

            Task second = leaseOne(opened, T.plus(LEASE));

            assertThat(second.fence()).isGreaterThan(first.fence());
            assertThat(second.takenOver()).isTrue();
            assertThat(second.lane()).isEqualTo(first.lane());
        }
    }

    @Test
    default void resultOfWhoeverWasTakenOverShouldNotCount() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            Task first = leaseOne(opened, T);
            Instant later = T.plus(LEASE);
            Task second = leaseOne(opened, later);
            Lane before = lane(opened);

            assertThat(finish(opened, done(first), later)).isFalse();
            assertThat(finish(opened, new Result.Later(first, "no", later), later))
                    .isFalse();
            assertThat(finish(opened, new Result.Failed(first, "never"), later)).isFalse();

            assertThat(lane(opened)).isEqualTo(before);
            assertThat(lease(opened, later)).as("still the second's").isEmpty();
            assertThat(finish(opened, done(second), later)).isTrue();
            assertThat(finish(opened, new Result.Failed(first, "never"), later))
                    .as("and after that")
                    .isFalse();
            assertThat(lane(opened).state()).isEqualTo(Lane.State.DONE);
        }
    }

    @Test
    default void lateResultShouldCountWhenNobodyTookOver() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            Task task = leaseOne(opened, T);
            assertThat(finish(opened, done(task), T.plus(LEASE).plusSeconds(60)))
                    .isTrue();
            assertThat(lane(opened).state()).isEqualTo(Lane.State.DONE);
        }
    }

    @Test
    default void onlyTheFirstResultOfATaskShouldCount() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            Task first = leaseOne(opened, T);
            assertThat(opened.queue()
                            .finish(
                                    List.of(
                                            new Result.Failed(first, "never"),
                                            new Result.Later(first, "no", T),
                                            done(first)),
                                    T))
                    .containsExactly(true, false, false);
            assertThat(lane(opened).state()).isEqualTo(Lane.State.FAILED);

            markDue(opened, "Drill-1", T);
            Task second = leaseOne(opened, T);
            assertThat(finish(opened, done(second), T)).isTrue();
            assertThat(finish(opened, new Result.Failed(second, "never"), T)).isFalse();
            assertThat(lane(opened).state()).isEqualTo(Lane.State.DONE);
        }
    }

    @Test
    default void takeoverShouldBeToldUntilTheLaneIsDone() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            leaseOne(opened, T);
            Instant now = T.plus(LEASE);
            Task second = leaseOne(opened, now);
            finish(opened, new Result.Later(second, "down", now), now);
            Task third = leaseOne(opened, now);
            assertThat(third.takenOver()).as("the first may still be at work").isTrue();
            markDue(opened, "Drill-1", now);
            finish(opened, done(third), now);
            Task fourth = leaseOne(opened, now);
            assertThat(fourth.takenOver()).as("more was wanted meanwhile").isTrue();
            finish(opened, done(fourth), now);
            markDue(opened, "Drill-1", now);
            assertThat(leaseOne(opened, now).takenOver()).isFalse();
        }
    }

    /** Somebody wants it done in between: that must not be the end of it. */
    @Test
    default void takeoverShouldBeToldUntilTheLaneWasLookedAtOnceMore() {
        Instant again = T.plus(LEASE).plusSeconds(10);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            leaseOne(opened, T);
            Task second = leaseOne(opened, T.plus(LEASE));
            assertThat(second.takenOver()).isTrue();
            finish(opened, new Result.Done(second, SEEN, Optional.of(again)), T.plus(LEASE));

            Instant early = again.minusMillis(1);
            markDue(opened, "Drill-1", early);
            Task between = leaseOne(opened, early);
            assertThat(between.takenOver()).as("before its time").isTrue();
            Instant later = again.plusSeconds(10);
            finish(opened, new Result.Done(between, SEEN, Optional.of(later)), early);

            Task last = leaseOne(opened, later);
            assertThat(last.takenOver()).isFalse();
            finish(opened, new Result.Done(last, SEEN, Optional.of(later.plusSeconds(1))), later);
            markDue(opened, "Drill-1", later);
            assertThat(leaseOne(opened, later).takenOver())
                    .as("to be looked at again for another reason")
                    .isFalse();
        }
    }

    @Test
    default void doneLaneShouldNotBeLeasedAnyMore() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            Instant now = T.plusSeconds(5);
            assertThat(finish(opened, done(leaseOne(opened, T)), now)).isTrue();

            assertThat(lane(opened))
                    .isEqualTo(new Lane(
                            DRILL, Backend.TUNNEL, 1, 1, false, now, Optional.empty(), 0, "", Optional.of(SEEN)));
            assertThat(lease(opened, T.plus(Duration.ofDays(1000)))).isEmpty();

            Instant again = now.plusSeconds(5);
            markDue(opened, "Drill-1", again);
            assertThat(lane(opened))
                    .as("it fell behind anew")
                    .isEqualTo(new Lane(
                            DRILL, Backend.TUNNEL, 2, 1, false, again, Optional.of(again), 0, "", Optional.of(SEEN)));
        }
    }

    @Test
    default void laneToBeLookedAtAgainShouldBeDoneAndLeasedThen() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            Instant again = T.plus(Duration.ofHours(1));
            finish(opened, new Result.Done(leaseOne(opened, T), SEEN, Optional.of(again)), T);

            assertThat(lane(opened).state()).isEqualTo(Lane.State.DONE);
            assertThat(lane(opened).nextTry()).contains(again);
            assertThat(lease(opened, again.minusMillis(1))).isEmpty();

            Task second = leaseOne(opened, again);
            finish(opened, new Result.Later(second, "not now", again.plusSeconds(1)), again);
            assertThat(lane(opened).state()).as("nothing new is wanted").isEqualTo(Lane.State.DONE);
            assertThat(lane(opened).problem()).isEqualTo("not now");
            assertThat(lane(opened).since()).isEqualTo(T);

            finish(opened, done(leaseOne(opened, again.plusSeconds(1))), again.plusSeconds(2));
            assertThat(lane(opened).nextTry()).isEmpty();
            assertThat(lane(opened).problem()).isEmpty();
            assertThat(lane(opened).since()).isEqualTo(again.plusSeconds(2));
        }
    }

    @Test
    default void laneShouldBeTriedLaterAsOftenAsItTakes() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            for (int i = 1; i <= 3; i++) {
                Instant now = T.plusSeconds(10L * i);
                Instant next = now.plusSeconds(10);
                assertThat(finish(opened, new Result.Later(leaseOne(opened, now), "down " + i, next), now))
                        .isTrue();
                assertThat(lane(opened))
                        .isEqualTo(new Lane(
                                DRILL,
                                Backend.TUNNEL,
                                1,
                                0,
                                false,
                                T,
                                Optional.of(next),
                                i,
                                "down " + i,
                                Optional.empty()));
                assertThat(lease(opened, next.minusMillis(1))).isEmpty();
            }
        }
    }

    @Test
    default void laneThatWasGivenBackShouldBeAsItWasAndKeepItsTurn() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            finish(opened, new Result.Later(leaseOne(opened, T), "down", T.plusSeconds(1)), T);
            markDue(opened, "other", T.plusSeconds(2));
            Lane before = lane(opened);
            Instant now = T.plusSeconds(3);
            Task task = opened.queue().lease(Backend.TUNNEL, 1, now, LEASE).get(0);

            assertThat(finish(opened, new Result.Released(task), now)).isTrue();

            assertThat(lane(opened)).isEqualTo(before);
            assertThat(finish(opened, done(task), now)).as("its lease ended").isFalse();
            Task again = opened.queue().lease(Backend.TUNNEL, 1, now, LEASE).get(0);
            assertThat(again.lane()).isEqualTo(before);
            assertThat(again.takenOver()).isFalse();

            Instant later = now.plus(LEASE);
            Task second = opened.queue().lease(Backend.TUNNEL, 1, later, LEASE).get(0);
            assertThat(finish(opened, new Result.Released(again), later))
                    .as("taken over")
                    .isFalse();
            assertThat(finish(opened, new Result.Released(second), later)).isTrue();
            assertThat(opened.queue()
                            .lease(Backend.TUNNEL, 1, later, LEASE)
                            .get(0)
                            .takenOver())
                    .as("the first may still be at work")
                    .isTrue();
        }
    }

    @Test
    default void failedLaneShouldWaitUntilSomebodyWantsItDone() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            assertThat(finish(opened, new Result.Failed(leaseOne(opened, T), "refused"), T))
                    .isTrue();
            assertThat(lane(opened))
                    .isEqualTo(new Lane(
                            DRILL, Backend.TUNNEL, 1, 0, true, T, Optional.empty(), 1, "refused", Optional.empty()));
            assertThat(lease(opened, T.plus(Duration.ofDays(1000)))).isEmpty();

            Instant retry = T.plusSeconds(100);
            markDue(opened, "drill-1", retry);

            assertThat(lane(opened))
                    .as("behind since it first fell behind")
                    .isEqualTo(new Lane(
                            DRILL, Backend.TUNNEL, 2, 0, false, T, Optional.of(retry), 0, "", Optional.empty()));
            finish(opened, done(leaseOne(opened, retry)), retry);
            assertThat(lane(opened).state()).isEqualTo(Lane.State.DONE);
        }
    }

    @Test
    default void laneThatFailedWhenLookedAtAgainShouldBeFailed() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", T);
            finish(opened, new Result.Done(leaseOne(opened, T), SEEN, Optional.of(T)), T);
            finish(opened, new Result.Failed(leaseOne(opened, T), "came back"), T);
            assertThat(lane(opened).state()).isEqualTo(Lane.State.FAILED);
            assertThat(lane(opened).observation()).contains(SEEN);
        }
    }

    @Test
    default void laneThatFellBehindWhileLeasedShouldBeDueAtOnceWhenThatEnds() {
        Instant moved = T.plusSeconds(1);
        Instant now = T.plusSeconds(2);
        for (int i = 0; i < 4; i++) {
            try (StoreAndQueue opened = openStoreAndQueue()) {
                markDue(opened, "Drill-1", T);
                Task task = leaseOne(opened, T);
                markDue(opened, "Drill-1", moved);
                assertThat(lease(opened, moved)).as("the lease stays").isEmpty();
                Result result = List.of(
                                done(task),
                                new Result.Later(task, "down", T.plus(Duration.ofHours(1))),
                                new Result.Failed(task, "never"),
                                new Result.Released(task))
                        .get(i);

                assertThat(finish(opened, result, now)).isTrue();

                boolean wasDone = result instanceof Result.Done;
                assertThat(lane(opened))
                        .as("%s", result)
                        .isEqualTo(new Lane(
                                DRILL,
                                Backend.TUNNEL,
                                2,
                                wasDone ? 1 : 0,
                                false,
                                T,
                                Optional.of(moved),
                                0,
                                "",
                                Optional.empty()));
                assertThat(leaseOne(opened, now).takenOver()).isFalse();
            }
        }
    }

    @Test
    default void eachResultShouldCountForItself() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            List.of("a", "b", "c", "d").forEach(device -> markDue(opened, device, T));
            List<Task> first = lease(opened, T);
            Instant later = T.plus(LEASE);
            Task stale = first.get(1);
            List<Task> second = lease(opened, later);
            Lane unknown = new Lane(DRILL, Backend.TUNNEL, 1, 0, false, T, Optional.of(T), 0, "", Optional.empty());

            List<Boolean> counted = opened.queue()
                    .finish(
                            List.of(
                                    new Result.Failed(second.get(0), "no"),
                                    done(stale),
                                    done(second.get(2)),
                                    done(new Task(unknown, 1, later, false)),
                                    new Result.Later(second.get(3), "wait", later)),
                            later);

            assertThat(counted).containsExactly(true, false, true, false, true);
            assertThat(List.of("a", "b", "c", "d"))
                    .extracting(device ->
                            opened.queue().lanes(new DeviceId(device)).get(0).state())
                    .containsExactly(Lane.State.FAILED, Lane.State.DUE, Lane.State.DONE, Lane.State.DUE);
            assertThat(opened.queue().lanes(DRILL)).isEmpty();
            assertThat(opened.queue().finish(List.of(), later)).isEmpty();
        }
    }

    @Test
    default void lanesShouldBeListedByTheirStateAPageAtATime() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            StoreChanges changes = new StoreChanges(1);
            Set<DeviceId> devices = Set.of(new DeviceId("B"), new DeviceId("a"), new DeviceId("c"));
            for (Backend backend : Backend.values()) {
                opened.store().commit(changes.markedDue(devices, backend, T));
            }
            List<Task> tasks = lease(opened, T);
            finish(opened, done(tasks.get(0)), T);
            finish(opened, new Result.Failed(tasks.get(1), "no"), T);

            assertThat(names(pages(opened, Lane.State.DUE, 1)))
                    .containsExactly(
                            "a CERTIFICATE_AUTHORITY",
                            "B CERTIFICATE_AUTHORITY",
                            "c CERTIFICATE_AUTHORITY",
                            "c TUNNEL");
            assertThat(pages(opened, Lane.State.DUE, 1000)).isEqualTo(pages(opened, Lane.State.DUE, 1));
            assertThat(names(pages(opened, Lane.State.DONE, 2))).containsExactly("a TUNNEL");
            assertThat(names(pages(opened, Lane.State.FAILED, 2))).containsExactly("B TUNNEL");
            for (int limit : new int[] {0, 1001}) {
                assertThatThrownBy(() -> opened.queue().list(Lane.State.DUE, Optional.empty(), limit))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private static List<Lane> pages(StoreAndQueue opened, Lane.State state, int limit) {
        List<Lane> all = new ArrayList<>();
        Optional<Lane> after = Optional.empty();
        while (true) {
            List<Lane> page = opened.queue().list(state, after, limit);
            if (page.isEmpty()) {
                return all;
            }
            all.addAll(page);
            after = Optional.of(page.get(page.size() - 1));
        }
    }

    private static List<String> names(List<Lane> lanes) {
        return lanes.stream().map(lane -> lane.device() + " " + lane.backend()).toList();
    }

    @Test
    default void timesOfLanesShouldBeKeptInWholeMilliseconds() {
        Instant fine = T.plusNanos(999_999);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            markDue(opened, "Drill-1", fine);
            Task task = opened.queue()
                    .lease(Backend.TUNNEL, 1, fine, Duration.ofSeconds(30))
                    .get(0);
            assertThat(task.lane().since()).isEqualTo(T);
            assertThat(task.leasedUntil()).isEqualTo(T.plus(LEASE));
            Observation observed = new Observation(fine, Observation.Evidence.PROJECTED, "written");
            finish(opened, new Result.Done(task, observed, Optional.of(fine)), fine);
            assertThat(lane(opened))
                    .isEqualTo(new Lane(
                            DRILL,
                            Backend.TUNNEL,
                            1,
                            1,
                            false,
                            T,
                            Optional.of(T),
                            0,
                            "",
                            Optional.of(new Observation(T, Observation.Evidence.PROJECTED, "written"))));
        }
    }

    @Test
    default void callersAtOnceShouldNeverGetTheSameLane() throws Exception {
        int devices = 600;
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            Set<DeviceId> ids = new HashSet<>();
            for (int i = 0; i < devices; i++) {
                ids.add(new DeviceId("drill-" + i));
            }
            opened.store().commit(new StoreChanges(1).markedDue(ids, Backend.TUNNEL, T));
            List<Future<List<Task>>> leasing = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                leasing.add(threads.submit(() -> {
                    List<Task> mine = new ArrayList<>();
                    List<Task> batch = opened.queue().lease(Backend.TUNNEL, 17, T, LEASE);
                    while (!batch.isEmpty()) {
                        mine.addAll(batch);
                        batch = opened.queue().lease(Backend.TUNNEL, 17, T, LEASE);
                    }
                    return mine;
                }));
            }
            List<Task> all = new ArrayList<>();
            for (Future<List<Task>> each : leasing) {
                all.addAll(each.get(60, TimeUnit.SECONDS));
            }

            assertThat(all).hasSize(devices);
            assertThat(all).extracting(task -> task.lane().device()).doesNotHaveDuplicates();
            assertThat(opened.queue()
                            .finish(all.stream().map(WorkQueueContract::done).toList(), T))
                    .hasSize(devices)
                    .containsOnly(true);
            assertThat(opened.queue().list(Lane.State.DONE, Optional.empty(), 1000))
                    .hasSize(devices);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    default void queueOfAClosedStoreShouldBeUnavailable() {
        StoreAndQueue opened = openStoreAndQueue();
        opened.close();
        assertThatThrownBy(() -> lease(opened, T)).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> opened.queue().finish(List.of(), T)).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> opened.queue().lanes(DRILL)).isInstanceOf(BackendUnavailableException.class);
    }
}
