package io.provisioningbridge.core.drift;

import static io.provisioningbridge.core.drift.DriftRig.ID;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.testkit.fixture.Hold;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** When rounds and looks are made, and what they do not report. */
class DriftRoundsTest {

    private final DriftRig rig = new DriftRig();

    @Test
    void whatTheBridgeIsAtWorkOnShouldBeNoFinding() {
        rig.connected();
        rig.life.updateServerFaults.breakDown("put");
        rig.life.updateServer.remove(List.of(ID));
        rig.life.bridge.operations().retry(Set.of(ID), Backend.UPDATE_SERVER, "alice");
        rig.life.bridge.runDue();

        assertThat(rig.found()).isEmpty();

        rig.life.updateServerFaults.heal("put");
        rig.life.settle();
        assertThat(rig.found()).isEmpty();
    }

    @Test
    void devicesThatAreNotSeenShouldBeReportedWhileTheirLanesAreBehind() {
        rig.life.inService(rig.life.identity("dev-1"));
        rig.life.clock.tick(Duration.ofHours(24));
        rig.life.faults.breakDown("revoke");
        rig.life.bridge.operations().retry(Set.of(ID), Backend.CERTIFICATE_AUTHORITY, "alice");

        assertThat(rig.types()).containsExactly(FindingType.NEVER_SEEN);
    }

    @Test
    void certificateThatIsAboutToBeRevokedShouldBeNoFinding() {
        rig.connected();
        rig.life.faults.breakDown("revoke");
        rig.life.bridge.operations().decommission(ID, "alice", "");
        rig.life.bridge.runDue();
        assertThat(rig.life.lane("dev-1", Backend.CERTIFICATE_AUTHORITY).state())
                .isEqualTo(Lane.State.DUE);

        assertThat(rig.drift.check().orElseThrow().findings()).isEmpty();
    }

    @Test
    void whatTheBridgeChangesWhileItIsComparedShouldBeNoFinding() throws ExecutionException, InterruptedException {
        rig.connected();
        Hold hold = rig.life.updateServerFaults.holdAfter("list", 1);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<List<Finding>> round = executor.submit(rig::found);
            hold.awaitReached();
            rig.decommission();
            hold.release();

            assertThat(round.get()).isEmpty();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void whatTheBridgeChangesWhileThePeersAreReadShouldBeNoFinding() throws ExecutionException, InterruptedException {
        rig.connected();
        Hold hold = rig.life.faults.holdAfter("observe", 1);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<List<Finding>> round = executor.submit(rig::found);
            hold.awaitReached();
            rig.decommission();
            hold.release();

            assertThat(round.get()).isEmpty();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void whatIsChangedDuringTheSecondLookShouldBeNoFinding() throws ExecutionException, InterruptedException {
        rig.connected();
        rig.life.platform.removeForeign("dev-1");
        Hold second = rig.life.platformFaults.holdAfter("look", 2);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<List<Finding>> round = executor.submit(rig::found);
            second.awaitReached();
            rig.life.bridge.operations().retry(Set.of(ID), Backend.PLATFORM, "alice");
            rig.life.settle();
            second.release();

            assertThat(round.get()).isEmpty();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void interruptedRoundShouldLeaveTheLastReportAndBeMadeAgain() {
        rig.connected();
        DriftReport before = rig.drift.check().orElseThrow();
        rig.drift.ask();

        Thread.currentThread().interrupt();
        int made = rig.drift.runDue();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(made).isZero();
        assertThat(rig.drift.report()).containsSame(before);
        assertThat(rig.drift.runDue()).isOne();
        assertThat(rig.drift.report()).get().isNotSameAs(before);
    }

    @Test
    void roundsShouldBeMadeSomeMinutesAfterTheStartAndEverySixHours() {
        assertThat(rig.drift.runDue()).isZero();
        assertThat(rig.drift.report()).isEmpty();
        assertThat(rig.drift.repair("alice")).isEmpty();

        rig.life.clock.tick(Duration.ofMinutes(5));
        assertThat(rig.drift.runDue()).isOne();
        assertThat(rig.drift.runDue()).isZero();
        rig.life.clock.tick(Duration.ofHours(6).minusSeconds(1));
        assertThat(rig.drift.runDue()).isZero();
        rig.life.clock.tick(Duration.ofSeconds(1));
        assertThat(rig.drift.runDue()).isOne();
    }

    @Test
    void roundThatIsAskedForShouldBeginAfterItWasAskedFor() {
        rig.drift.check();
        rig.life.clock.tick(Duration.ofSeconds(1));

        Instant asked = rig.drift.ask();
        assertThat(rig.drift.report().orElseThrow().begun()).isBefore(asked);

        assertThat(rig.drift.runDue()).isOne();
        assertThat(rig.drift.report().orElseThrow().begun()).isAfterOrEqualTo(asked);
        assertThat(rig.drift.runDue()).isZero();
    }

    @Test
    void lookAtOneDeviceShouldReplaceWhatIsSaidOfItAndNothingElse() {
        rig.connected();
        rig.connected(rig.life.identity("dev-2"));
        rig.life.updateServer.remove(List.of(new DeviceId("dev-2")));
        assertThat(rig.types()).containsExactly(FindingType.MISSING_TARGET);

        rig.life.platform.removeForeign("dev-1");
        rig.drift.look(ID);
        assertThat(rig.drift.runDue()).isOne();
        assertThat(rig.drift.runDue()).isZero();
        assertReported(FindingType.MISSING_TARGET, FindingType.MISSING_PLATFORM_DEVICE);

        assertThat(rig.repair().lanes()).containsOnlyKeys(Backend.UPDATE_SERVER, Backend.PLATFORM);
        rig.drift.look(ID);
        rig.drift.runDue();
        assertReported(FindingType.MISSING_TARGET);
    }

    @Test
    void lookAtOneDeviceShouldLeaveWhatGoesByAnotherSpelling() {
        rig.connected();
        rig.life.updateServer.addForeign(target("DEV-1"));
        rig.life.platform.addForeign("DEV-1", new Credential.Other("ACCESS_TOKEN"));
        Map<String, TunnelAddress> entries = new TreeMap<>(rig.life.directory.addresses());
        entries.put("DEV-1", TunnelAddress.parse("10.8.0.99").orThrow());
        rig.life.directory.overwrite(entries);
        rig.found();

        rig.drift.look(ID);
        assertThat(rig.drift.runDue()).isOne();

        assertReported(FindingType.ORPHAN_ENTRY, FindingType.ORPHAN_TARGET, FindingType.ORPHAN_PLATFORM_DEVICE);
    }

    @Test
    void repeatedLooksShouldMakeOneLookAndNoRound() {
        rig.connected();
        rig.found();
        int rounds = rig.life.updateServerFaults.calls("list");

        for (int i = 0; i < 3; i++) {
            rig.drift.look(ID);
        }
        assertThat(rig.drift.runDue()).isOne();
        assertThat(rig.drift.runDue()).isZero();

        assertThat(rig.life.updateServerFaults.calls("list")).isEqualTo(rounds);
    }

    @Test
    void lookBeforeTheFirstRoundShouldMakeTheFirstRound() {
        rig.connected();
        rig.life.platform.removeForeign("dev-1");

        rig.drift.look(ID);
        assertThat(rig.drift.runDue()).isOne();

        assertReported(FindingType.MISSING_PLATFORM_DEVICE);
    }

    @Test
    void lookShouldFindWhatIsInTheTunnelAndTheDirectoryToo() {
        rig.connected();
        rig.found();
        rig.life.peers.remove(List.of(rig.life.device("dev-1").peer().key()));
        rig.life.peers.addForeign(rig.life.identity("other").peer(), Set.of("10.8.0.200/32"));
        rig.life.directory.overwrite(Map.of());

        rig.drift.look(ID);
        rig.drift.runDue();

        assertReported(FindingType.MISSING_PEER, FindingType.MISSING_ENTRY);
    }

    @Test
    void findingsBeyondThoseListedShouldBeCounted() {
        rig.connected();
        int strangers = DriftReport.KEPT + 100;
        for (int i = 0; i < strangers; i++) {
            rig.life.updateServer.addForeign(target("stranger-" + i));
        }
        rig.life.updateServer.remove(List.of(ID));
        rig.drift.check();

        DriftReport report = rig.drift.report().orElseThrow();
        assertThat(report.findings()).hasSize(DriftReport.KEPT + 1);
        assertThat(report.total()).isEqualTo(strangers + 1);
        assertThat(report.own()).isOne();
        assertThat(report.counts()).containsEntry(FindingType.ORPHAN_TARGET, strangers);
        assertThat(rig.repair().left()).isEqualTo(strangers);
    }

    private void assertReported(FindingType... types) {
        DriftReport report = rig.drift.report().orElseThrow();
        assertThat(report.findings()).extracting(Finding::type).containsExactly(types);
        assertThat(report.total()).isEqualTo(types.length);
    }

    private static Seen target(String id) {
        return new Seen(id, id, "", Optional.empty(), Optional.empty());
    }
}
