package io.provisioningbridge.core.drift;

import static io.provisioningbridge.core.drift.DriftRig.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What rounds and looks do when a system is away, or tells nothing of some device. */
class DriftInTroubleTest {

    private final DriftRig rig = new DriftRig();

    @Test
    void systemThatCannotBeReadShouldKeepNoOtherFromBeingCompared() {
        rig.connected();
        rig.life.platform.removeForeign("dev-1");
        rig.life.updateServer.remove(List.of(ID));
        rig.life.updateServerFaults.breakDown("list");

        assertThat(rig.unchecked()).containsExactly(Place.UPDATE_SERVER);
        assertThat(rig.drift.report().orElseThrow().findings())
                .extracting(Finding::type)
                .containsExactly(FindingType.MISSING_PLATFORM_DEVICE);

        rig.life.updateServerFaults.heal("list");
        assertThat(rig.types()).containsExactly(FindingType.MISSING_TARGET, FindingType.MISSING_PLATFORM_DEVICE);
    }

    @Test
    void callInVainShouldBeMadeAgainWhenTheSystemSaysSo() {
        rig.connected();
        rig.life.updateServer.remove(List.of(ID));
        rig.life.platform.removeForeign("dev-1");
        rig.life.faults.failBefore("observe", 1);
        rig.life.faults.failBefore("published", 1);
        rig.life.updateServerFaults.failBefore("list", 1).failBefore("find", 1);
        rig.life.platformFaults.failBefore("list", 1).failBefore("look", 1, () -> unavailable(Duration.ofSeconds(40)));
        Instant begun = rig.life.clock.instant();

        assertThat(rig.types()).containsExactly(FindingType.MISSING_TARGET, FindingType.MISSING_PLATFORM_DEVICE);

        assertThat(rig.life.clock.instant()).isEqualTo(begun.plusSeconds(5 * 5 + 40));
    }

    @Test
    void systemThatStaysAwayShouldBeSaidToBeUncheckedAndKeepWhatWasFoundUntilThen() {
        rig.connected();
        rig.life.updateServer.addForeign(target("somebody-else"));
        rig.life.updateServer.remove(List.of(ID));
        for (int call = 2; call <= 5; call++) {
            rig.life.updateServerFaults.failBefore("find", call);
        }

        assertThat(rig.unchecked()).containsExactly(Place.UPDATE_SERVER);
        assertReported(FindingType.ORPHAN_TARGET);
    }

    @Test
    void systemThatAsksForMoreThanAMinuteShouldNotBeWaitedFor() {
        rig.connected();
        rig.life.updateServerFaults.failBefore("list", 1, () -> unavailable(Duration.ofSeconds(61)));
        Instant begun = rig.life.clock.instant();

        assertThat(rig.unchecked()).containsExactly(Place.UPDATE_SERVER);
        assertThat(rig.life.clock.instant()).isEqualTo(begun);
    }

    @Test
    void systemThatFailsAgainAndAgainShouldHoldUpARoundForMinutesOnly() {
        for (int i = 1; i <= 30; i++) {
            rig.connected(rig.life.identity("dev-" + i));
        }
        for (int call = 1; call <= 60; call += 2) {
            rig.life.platformFaults.failBefore("look", call, () -> unavailable(Duration.ofSeconds(50)));
        }
        Instant begun = rig.life.clock.instant();

        assertThat(rig.unchecked()).containsExactly(Place.PLATFORM);
        assertThat(rig.life.clock.instant()).isEqualTo(begun.plus(Duration.ofMinutes(10)));
    }

    @Test
    void waitShouldEndWhenTheThreadIsInterrupted() {
        rig.connected();
        rig.life.updateServerFaults.breakDown("list");
        rig.life.whileWaiting = () -> Thread.currentThread().interrupt();
        Instant begun = rig.life.clock.instant();

        assertThat(rig.drift.check()).isEmpty();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(rig.life.clock.instant()).isEqualTo(begun.plusSeconds(5));
    }

    @Test
    void deviceThatASystemRefusesToTellOfShouldBeReportedAndKeepNoOtherFromBeingCompared() {
        rig.connected();
        rig.connected(rig.life.identity("dev-2"));
        rig.connected(rig.life.identity("dev-3"));
        rig.life.platform.removeForeign("dev-3");
        rig.life.updateServer.remove(List.of(ID, new DeviceId("dev-3")));
        rig.life
                .platformFaults
                .failBefore("look", 1, DriftInTroubleTest::refused)
                .failBefore("look", 2, DriftInTroubleTest::refused);
        rig.life.updateServerFaults.failBefore("find", 1, DriftInTroubleTest::refused);

        assertThat(rig.found())
                .extracting(Finding::type, Finding::subject, Finding::detail)
                .containsExactly(
                        tuple(FindingType.MISSING_TARGET, "dev-3", "no such target"),
                        tuple(FindingType.UNREADABLE_TARGET, "dev-1", "it could not be read: planned"),
                        tuple(FindingType.MISSING_PLATFORM_DEVICE, "dev-3", "no such device"),
                        tuple(FindingType.UNREADABLE_PLATFORM_DEVICE, "dev-1", "it could not be read: planned"));
        assertThat(rig.repair().left()).isEqualTo(2);
        assertThat(rig.types()).as("what it tells by now").containsExactly(FindingType.MISSING_TARGET);
    }

    @Test
    void systemThatRefusesToTellOfAnyDeviceShouldNotBeAskedForAllOfThem() {
        for (int i = 1; i <= 60; i++) {
            rig.connected(rig.life.identity("dev-" + i));
        }
        int before = rig.life.platformFaults.calls("look");
        for (int call = 1; call <= 200; call++) {
            rig.life.platformFaults.failBefore("look", call, DriftInTroubleTest::refused);
        }

        assertThat(rig.unchecked()).containsExactly(Place.PLATFORM);
        assertThat(rig.life.platformFaults.calls("look") - before).isEqualTo(51);
    }

    @Test
    void directoryThatIsNotPublishedYetShouldNotBeCompared() {
        rig.connected();
        rig.life.enroll(rig.life.identity("dev-2"));

        assertThat(rig.unchecked()).containsExactly(Place.PEER_DIRECTORY);

        rig.life.settle();
        assertThat(rig.unchecked()).isEmpty();
    }

    @Test
    void directoryShouldBeComparedWhileDevicesEnrollWithoutPause() {
        rig.connected();
        rig.life.directory.overwrite(Map.of());
        int[] enrolled = {1};
        Runnable another = () -> rig.life.enroll(rig.life.identity("dev-" + ++enrolled[0]));
        another.run();
        rig.life.whileWaiting = () -> {
            another.run();
            if (enrolled[0] == 5) {
                // What was written by somebody else shows again, as a publication before this would have it.
                rig.life.bridge.publish();
                rig.life.directory.overwrite(
                        Map.of("dev-2", rig.life.device("dev-2").address()));
                another.run();
            }
        };

        assertThat(rig.found())
                .extracting(Finding::type, Finding::subject)
                .containsExactly(tuple(FindingType.MISSING_ENTRY, "dev-1"));
    }

    @Test
    void roundInWhichASystemWasAwayShouldBeFollowedByAnotherWithinMinutes() {
        rig.connected();
        rig.life.updateServer.remove(List.of(ID));
        rig.life.updateServerFaults.breakDown("list");
        rig.drift.ask();
        rig.drift.runDue();

        assertThat(minutesToTheNextRound()).isEqualTo(5);
        assertThat(minutesToTheNextRound()).as("later each time").isEqualTo(10);
        for (int round = 0; round < 10; round++) {
            assertThat(minutesToTheNextRound()).isLessThanOrEqualTo(360);
        }
        rig.life.updateServerFaults.heal("list");
        assertThat(minutesToTheNextRound()).isEqualTo(360);
        assertReported(FindingType.MISSING_TARGET);
        assertThat(minutesToTheNextRound()).isEqualTo(360);
        rig.life.updateServerFaults.breakDown("list");
        assertThat(minutesToTheNextRound()).isEqualTo(360);
        assertThat(minutesToTheNextRound()).isEqualTo(5);
    }

    @Test
    void lookShouldBeRepeatedWhileASystemIsAway() {
        rig.connected();
        rig.found();
        rig.life.platform.removeForeign("dev-1");
        rig.life.updateServer.remove(List.of(ID));
        rig.life.platformFaults.breakDown("look");

        rig.drift.look(ID);
        assertThat(rig.drift.runDue()).isOne();
        assertReported(FindingType.MISSING_TARGET);
        assertThat(rig.drift.runDue()).as("not at once").isZero();
        rig.life.clock.tick(Duration.ofSeconds(30));
        assertThat(rig.drift.runDue()).isOne();
        assertReported(FindingType.MISSING_TARGET);
        rig.life.platformFaults.heal("look");
        rig.life.clock.tick(Duration.ofSeconds(59));
        assertThat(rig.drift.runDue()).as("later each time").isZero();
        rig.life.clock.tick(Duration.ofSeconds(1));
        assertThat(rig.drift.runDue()).isOne();

        assertReported(FindingType.MISSING_TARGET, FindingType.MISSING_PLATFORM_DEVICE);
        rig.life.clock.tick(Duration.ofMinutes(15));
        assertThat(rig.drift.runDue()).as("it was seen everywhere").isZero();
    }

    @Test
    void lookThatIsPutOffShouldHoldUpNoOther() {
        rig.connected();
        rig.connected(rig.life.identity("dev-2"));
        rig.found();
        rig.life.platformFaults.breakDown("look");
        rig.drift.look(ID);
        rig.drift.runDue();
        rig.life.updateServer.remove(List.of(new DeviceId("dev-2")));

        rig.drift.look(new DeviceId("dev-2"));
        assertThat(rig.drift.runDue()).isOne();

        assertReported(FindingType.MISSING_TARGET);
    }

    @Test
    void roundShouldNotForgetWhoWasToBeLookedAtWhereItCouldNotSee() {
        rig.connected();
        rig.found();
        rig.life.platform.removeForeign("dev-1");
        rig.life.platformFaults.breakDown("look");
        rig.drift.look(ID);
        rig.drift.check();
        assertThat(rig.drift.runDue()).isZero();
        rig.life.platformFaults.heal("look");

        rig.life.clock.tick(Duration.ofSeconds(30));
        assertThat(rig.drift.runDue()).isOne();

        assertReported(FindingType.MISSING_PLATFORM_DEVICE);
    }

    private long minutesToTheNextRound() {
        Instant before = rig.drift.report().orElseThrow().ended();
        rig.life.clock.set(before);
        for (int minutes = 1; minutes <= 360; minutes++) {
            rig.life.clock.tick(Duration.ofMinutes(1));
            if (rig.drift.runDue() > 0) {
                return minutes;
            }
        }
        throw new AssertionError("no round for six hours");
    }

    private void assertReported(FindingType... types) {
        DriftReport report = rig.drift.report().orElseThrow();
        assertThat(report.findings()).extracting(Finding::type).containsExactly(types);
        assertThat(report.total()).isEqualTo(types.length);
    }

    private static BackendUnavailableException unavailable(Duration retryAfter) {
        return new BackendUnavailableException("planned", Effect.NONE, retryAfter);
    }

    private static BackendRefusedException refused() {
        return new BackendRefusedException("planned", Fault.BACKEND, Effect.NONE);
    }

    private static Seen target(String id) {
        return new Seen(id, id, "", Optional.empty(), Optional.empty());
    }
}
