package io.provisioningbridge.testkit.contract;

import static io.provisioningbridge.core.domain.Backend.CERTIFICATE_AUTHORITY;
import static io.provisioningbridge.core.domain.Backend.PLATFORM;
import static io.provisioningbridge.core.domain.Backend.TUNNEL;
import static io.provisioningbridge.core.domain.Backend.UPDATE_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The part of {@link WorkQueueContract} about systems that are kept or not, and about hints. */
public interface LanesOfSystems {

    Instant KEPT = Instant.parse("2026-03-01T12:00:00.123Z");
    DeviceId CRANE = new DeviceId("Crane-1");
    Set<Backend> ALL = EnumSet.allOf(Backend.class);
    Duration A_WHILE = Duration.ofSeconds(30);

    /** A new, empty store with the pool 10.8.0.0/22, and its queue; the contract closes it. */
    StoreAndQueue openStoreAndQueue();

    private static DeviceCertificate enroll(StoreAndQueue opened, StoreChanges changes, String device) {
        Change.Reserved reserved = changes.reserved(device, KEPT);
        assertThat(opened.store().commit(reserved)).isInstanceOf(Outcome.Leased.class);
        Change.Enrolled enrolled = changes.enrolled(reserved, KEPT);
        assertThat(opened.store().commit(enrolled)).isEqualTo(new Outcome.Committed());
        return enrolled.certificate();
    }

    private static List<String> generations(StoreAndQueue opened) {
        return opened.queue().lanes(CRANE).stream()
                .map(lane -> lane.backend() + " " + lane.generation())
                .toList();
    }

    private static Lane lane(StoreAndQueue opened, Backend backend) {
        return opened.queue().lanes(CRANE).stream()
                .filter(lane -> lane.backend() == backend)
                .findFirst()
                .orElseThrow();
    }

    private static Task lease(StoreAndQueue opened, Backend backend, Instant at) {
        List<Task> tasks = opened.queue().lease(backend, 10, at, A_WHILE);
        assertThat(tasks).hasSize(1);
        return tasks.get(0);
    }

    private static Result done(Task task) {
        return new Result.Done(task, new Observation(KEPT, Evidence.OBSERVED, "as it should be"), Optional.empty());
    }

    private static void finish(StoreAndQueue opened, Result result, Instant at) {
        assertThat(opened.queue().finish(List.of(result), at)).containsExactly(true);
    }

    private static long version(StoreAndQueue opened) {
        return opened.store().find(CRANE).map(Device::version).orElse(Device.ABSENT);
    }

    @Test
    default void everyChangeShouldMakeItsLanesDueAtEverySystemThatIsKept() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            DeviceCertificate certificate = enroll(opened, changes, "Crane-1");
            assertThat(generations(opened)).containsExactly("TUNNEL 1", "PLATFORM 1");
            opened.store().commit(changes.connected(CRANE, Incarnation.FIRST, version(opened), KEPT));
            assertThat(generations(opened)).containsExactly("TUNNEL 1", "UPDATE_SERVER 1", "PLATFORM 1");
            opened.store().commit(changes.seen(certificate, version(opened), KEPT));
            assertThat(generations(opened))
                    .containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 2", "UPDATE_SERVER 1", "PLATFORM 2");
            opened.store().commit(changes.suspended(CRANE, version(opened), KEPT));
            assertThat(generations(opened))
                    .containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 3", "UPDATE_SERVER 2", "PLATFORM 3");
            opened.store().commit(changes.resumed(CRANE, version(opened), KEPT));
            assertThat(generations(opened))
                    .containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 4", "UPDATE_SERVER 2", "PLATFORM 4");
            opened.store().commit(changes.markedDue(Set.of(CRANE), UPDATE_SERVER, KEPT));
            assertThat(generations(opened))
                    .containsExactly("CERTIFICATE_AUTHORITY 1", "TUNNEL 4", "UPDATE_SERVER 3", "PLATFORM 4");
            opened.store().commit(changes.decommissioned(CRANE, version(opened), KEPT));
            List<String> out = generations(opened);
            assertThat(out).containsExactly("CERTIFICATE_AUTHORITY 2", "TUNNEL 5", "UPDATE_SERVER 4", "PLATFORM 5");
            opened.store().commit(changes.cameBack(CRANE, Incarnation.FIRST, KEPT));
            assertThat(generations(opened)).as("a note is a note").isEqualTo(out);
        }
    }

    @Test
    default void changeThatChangesNothingShouldMakeNoneOfThemDue() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            opened.store().commit(changes.connected(CRANE, Incarnation.FIRST, 1, KEPT));
            List<String> before = generations(opened);

            opened.store().commit(changes.connected(CRANE, Incarnation.FIRST, 2, KEPT));
            opened.store().commit(changes.connected(CRANE, Incarnation.FIRST, 77, KEPT));
            opened.store().commit(changes.connected(CRANE, new Incarnation(2), 2, KEPT));

            assertThat(generations(opened)).isEqualTo(before);
        }
    }

    /** The one it has is known to the update server already, or is going to be when it connects. */
    @Test
    default void firstTokenOfAKnownDeviceShouldMakeTheUpdateServerDue() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            for (String name : List.of("first", "second")) {
                Change.Reserved renewal = changes.reserved(
                        CRANE, version(opened), StoreChanges.certificateKey(name), StoreChanges.peerKey(name), KEPT);
                opened.store().commit(renewal);
                opened.store()
                        .commit(StoreChanges.withToken(changes.enrolled(renewal, KEPT), new Secret("token " + name)));
            }
            assertThat(generations(opened)).containsExactly("TUNNEL 3", "UPDATE_SERVER 1", "PLATFORM 3");

            DeviceId other = new DeviceId("Crane-2");
            Change.Reserved reserved = changes.reserved("Crane-2", KEPT);
            opened.store().commit(reserved);
            opened.store().commit(StoreChanges.withToken(changes.enrolled(reserved, KEPT), new Secret("token")));
            assertThat(opened.queue().lanes(other))
                    .as("of one that has not connected")
                    .extracting(Lane::backend)
                    .containsExactly(TUNNEL, PLATFORM);
        }
    }

    @Test
    default void newSystemShouldGiveEveryDeviceOnRecordALaneOnce() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            enroll(opened, changes, "Crane-1");
            enroll(opened, changes, "Crane-2");
            opened.store().commit(changes.decommissioned(new DeviceId("Crane-2"), 1, KEPT));
            opened.store().commit(changes.reserved("Crane-3", KEPT));
            Instant later = KEPT.plusSeconds(60);

            opened.store().keepLanes(EnumSet.of(CERTIFICATE_AUTHORITY, TUNNEL, PLATFORM), later);

            Lane first = new Lane(CRANE, PLATFORM, 1, 0, false, later, Optional.of(later), 0, "", Optional.empty());
            assertThat(lane(opened, PLATFORM)).isEqualTo(first);
            assertThat(opened.queue().lanes(new DeviceId("crane-2")))
                    .extracting(Lane::backend)
                    .as("those out of service as well")
                    .containsExactly(CERTIFICATE_AUTHORITY, TUNNEL, PLATFORM);
            assertThat(opened.queue().lanes(new DeviceId("Crane-3")))
                    .as("no record")
                    .isEmpty();
            List<String> before = generations(opened);

            opened.store().keepLanes(EnumSet.of(CERTIFICATE_AUTHORITY, TUNNEL, PLATFORM), later.plusSeconds(9));

            assertThat(generations(opened)).isEqualTo(before);
            assertThat(lane(opened, PLATFORM)).isEqualTo(first);
        }
    }

    @Test
    default void systemNoLongerKeptShouldOnlyHaveTheLanesThatAreThere() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            opened.store().keepLanes(EnumSet.of(CERTIFICATE_AUTHORITY, TUNNEL), KEPT);

            enroll(opened, changes, "Crane-2");
            opened.store().commit(changes.suspended(CRANE, 1, KEPT));

            assertThat(generations(opened))
                    .as("what is there from before is behind as ever")
                    .containsExactly("TUNNEL 2", "PLATFORM 2");
            assertThat(opened.queue().lanes(new DeviceId("Crane-2")))
                    .extracting(Lane::backend)
                    .containsExactly(TUNNEL);

            opened.store().keepLanes(ALL, KEPT);
            assertThat(generations(opened))
                    .as("kept again: what is missing is added")
                    .containsExactly("TUNNEL 2", "UPDATE_SERVER 1", "PLATFORM 2");
        }
    }

    @Test
    default void laneOfASystemNoLongerKeptShouldKeepTheSpellingOfTheDevice() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            DeviceId shouted = new DeviceId("CRANE-1");
            opened.store().keepLanes(ALL, KEPT);
            opened.store().commit(changes.markedDue(Set.of(shouted), PLATFORM, KEPT));
            opened.store().keepLanes(EnumSet.of(CERTIFICATE_AUTHORITY, TUNNEL), KEPT);

            enroll(opened, changes, "Crane-1");

            assertThat(lane(opened, PLATFORM).device()).isEqualTo(CRANE);
        }
    }

    @Test
    default void nothingShouldBeKeptWhereThereIsNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(Set.of(), KEPT);

            enroll(opened, changes, "Crane-1");

            assertThat(opened.queue().lanes(CRANE)).isEmpty();
        }
    }

    @Test
    default void hintShouldMakeTheNamedLanesDue() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            finish(opened, done(lease(opened, PLATFORM, KEPT)), KEPT);
            Lane before = lane(opened, PLATFORM);
            Instant later = KEPT.plusSeconds(5).plusNanos(1);

            opened.queue().hint(new DeviceId("CRANE-1"), EnumSet.of(PLATFORM, UPDATE_SERVER), later);

            Instant kept = KEPT.plusSeconds(5);
            assertThat(lane(opened, PLATFORM))
                    .isEqualTo(new Lane(
                            CRANE, PLATFORM, 2, 1, false, kept, Optional.of(kept), 0, "", before.observation()));
            assertThat(generations(opened))
                    .as("makes none, and leaves others alone")
                    .containsExactly("TUNNEL 1", "PLATFORM 2");
        }
    }

    @Test
    default void hintShouldNotWaitForTheNextTryOfALaneThatIsBehind() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            Instant retry = KEPT.plus(Duration.ofHours(1));
            finish(opened, new Result.Later(lease(opened, PLATFORM, KEPT), "down", retry), KEPT);
            Instant later = KEPT.plusSeconds(5);

            opened.queue().hint(CRANE, EnumSet.of(PLATFORM), later);

            assertThat(lane(opened, PLATFORM))
                    .isEqualTo(
                            new Lane(CRANE, PLATFORM, 2, 0, false, KEPT, Optional.of(later), 0, "", Optional.empty()));
        }
    }

    @Test
    default void failedLaneShouldNotTakeAHint() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            finish(opened, new Result.Failed(lease(opened, PLATFORM, KEPT), "never"), KEPT);
            Lane failed = lane(opened, PLATFORM);

            opened.queue().hint(CRANE, EnumSet.of(PLATFORM), KEPT.plusSeconds(5));

            assertThat(lane(opened, PLATFORM)).isEqualTo(failed);
        }
    }

    @Test
    default void hintDuringALeaseShouldMakeTheLaneDueWhenThatEnds() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            Task task = lease(opened, PLATFORM, KEPT);
            Instant later = KEPT.plusSeconds(5);

            opened.queue().hint(CRANE, EnumSet.of(PLATFORM), later);

            assertThat(opened.queue().lease(PLATFORM, 10, later, A_WHILE))
                    .as("the lease stays")
                    .isEmpty();
            finish(opened, done(task), later);
            Task again = lease(opened, PLATFORM, later);
            assertThat(again.lane().generation()).isEqualTo(2);
            assertThat(again.fence()).isGreaterThan(task.fence());
            assertThat(again.takenOver()).isFalse();
        }
    }

    @Test
    default void hintDuringALeaseShouldNotBeLookedForBeforeItCanBeSeen() {
        StoreChanges changes = new StoreChanges(1);
        for (int i = 0; i < 3; i++) {
            try (StoreAndQueue opened = openStoreAndQueue()) {
                opened.store().keepLanes(ALL, KEPT);
                enroll(opened, changes, "Crane-1");
                Task task = lease(opened, PLATFORM, KEPT);
                Instant visible = KEPT.plusSeconds(1);
                opened.queue().hint(CRANE, EnumSet.of(PLATFORM), visible);
                Result result = List.of(
                                done(task),
                                new Result.Later(task, "down", KEPT.plus(Duration.ofHours(1))),
                                new Result.Failed(task, "never"))
                        .get(i);

                finish(opened, result, KEPT.plusMillis(10));

                assertThat(lane(opened, PLATFORM).nextTry()).as("%s", result).contains(visible);
                assertThat(opened.queue().lease(PLATFORM, 10, visible.minusMillis(1), A_WHILE))
                        .isEmpty();
                assertThat(lease(opened, PLATFORM, visible).lane().generation()).isEqualTo(2);
            }
        }
    }

    /** Also during a lease: it cannot be put off for ever by a device that connects again and again. */
    @Test
    default void hintsAfterALeaseShouldLeaveTheTurnToTheFirst() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            Task task = lease(opened, PLATFORM, KEPT);
            opened.queue().hint(CRANE, EnumSet.of(PLATFORM), KEPT.plusSeconds(1));
            finish(opened, done(task), KEPT);
            Lane due = lane(opened, PLATFORM);

            for (int second = 2; second < 10; second++) {
                opened.queue().hint(CRANE, EnumSet.of(PLATFORM), KEPT.plusSeconds(second));
            }

            assertThat(lane(opened, PLATFORM)).isEqualTo(due);
        }
    }

    @Test
    default void hintShouldLeaveALaneItsTurnThatIsDueAndNobodys() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            Lane due = lane(opened, PLATFORM);

            opened.queue().hint(CRANE, EnumSet.of(PLATFORM), KEPT);
            opened.queue().hint(CRANE, EnumSet.of(PLATFORM), KEPT.plusSeconds(5));

            assertThat(lane(opened, PLATFORM)).isEqualTo(due);
        }
    }

    @Test
    default void hintShouldNotBeLostOnWhoeverEndsALeaseThatHasRunOut() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            Task begun = lease(opened, PLATFORM, KEPT);
            Instant late = begun.leasedUntil().plusSeconds(1);

            opened.queue().hint(CRANE, EnumSet.of(PLATFORM), late);
            finish(opened, done(begun), late);

            assertThat(lane(opened, PLATFORM).state()).isEqualTo(Lane.State.DUE);
            assertThat(lease(opened, PLATFORM, late).lane().generation()).isEqualTo(2);
        }
    }

    @Test
    default void hintAboutAStrangerShouldMakeNoLane() {
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);

            opened.queue().hint(CRANE, ALL, KEPT);

            assertThat(opened.queue().lanes(CRANE)).isEmpty();
            assertThat(opened.store().find(CRANE)).isEmpty();
        }
    }

    @Test
    default void laneShouldForgetWhatWasObservedWhenItsDeviceIsTakenOutOfService() {
        StoreChanges changes = new StoreChanges(1);
        try (StoreAndQueue opened = openStoreAndQueue()) {
            opened.store().keepLanes(ALL, KEPT);
            enroll(opened, changes, "Crane-1");
            finish(opened, done(lease(opened, PLATFORM, KEPT)), KEPT);
            opened.store().commit(changes.connected(CRANE, Incarnation.FIRST, 1, KEPT));
            Task underWay = lease(opened, UPDATE_SERVER, KEPT);
            assertThat(lane(opened, PLATFORM).observation()).isPresent();

            opened.store().commit(changes.decommissioned(CRANE, version(opened), KEPT));

            assertThat(opened.queue().lanes(CRANE)).allSatisfy(lane -> {
                assertThat(lane.observation()).isEmpty();
                assertThat(lane.state()).isEqualTo(Lane.State.DUE);
            });
            finish(opened, done(underWay), KEPT);
            assertThat(lane(opened, UPDATE_SERVER).observation())
                    .as("what was done before is no proof of what is to be done")
                    .isEmpty();
            finish(opened, done(lease(opened, UPDATE_SERVER, KEPT)), KEPT);
            assertThat(lane(opened, UPDATE_SERVER).observation()).isPresent();
            opened.store().commit(changes.decommissioned(CRANE, version(opened), KEPT));
            assertThat(lane(opened, UPDATE_SERVER).observation())
                    .as("again, which changes nothing")
                    .isPresent();
        }
    }
}
