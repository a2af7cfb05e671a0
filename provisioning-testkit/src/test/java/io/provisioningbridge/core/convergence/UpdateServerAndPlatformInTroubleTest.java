package io.provisioningbridge.core.convergence;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import io.provisioningbridge.testkit.fixture.Hold;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Update server and platform are down, refuse, hang, or are there only later. */
@Timeout(60)
class UpdateServerAndPlatformInTroubleTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private LifeRig rig = new LifeRig();
    private final ExecutorService others = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        others.shutdownNow();
    }

    private void breakDown() {
        List.of("put", "remove", "find").forEach(rig.updateServerFaults::breakDown);
        List.of("put", "remove", "look").forEach(rig.platformFaults::breakDown);
    }

    private void heal() {
        List.of("put", "remove", "find").forEach(rig.updateServerFaults::heal);
        List.of("put", "remove", "look").forEach(rig.platformFaults::heal);
    }

    private Map<String, X509Certificate> enroll(int devices) {
        Map<String, X509Certificate> leaves = new LinkedHashMap<>();
        for (int i = 1; i <= devices; i++) {
            leaves.put("dev-" + i, leaf(rig.enroll(rig.identity("dev-" + i))));
        }
        return leaves;
    }

    private void work(Duration time) {
        Instant end = rig.clock.instant().plus(time);
        while (rig.clock.instant().isBefore(end)) {
            rig.bridge.runDue();
            rig.clock.tick(Duration.ofSeconds(1));
        }
    }

    @Test
    void systemsThatAreDownShouldConcernNoEnrollmentAndCatchUpWithEachEffectOnce() {
        breakDown();
        Map<String, X509Certificate> leaves = enroll(40);
        work(Duration.ofHours(1));
        leaves.keySet().forEach(rig::hint);
        work(Duration.ofMinutes(1));
        assertThat(rig.platformFaults.calls("look"))
                .as("asked now and then, for one device")
                .isBetween(30, 150);
        assertThat(rig.peers.known()).as("the tunnel waits for neither").hasSize(40);
        assertThat(rig.lane("dev-7", Backend.PLATFORM).state()).isEqualTo(Lane.State.DUE);

        int inVain = rig.platformFaults.calls("put");
        heal();
        rig.settle();
        leaves.forEach((id, leaf) -> assertThat(rig.connects(id, leaf)).isTrue());
        leaves.keySet().forEach(rig::hint);
        rig.settle();

        assertThat(rig.updateServer.known().keySet()).isEqualTo(leaves.keySet());
        leaves.forEach(rig::assertAdmitted);
        assertThat(rig.platformFaults.calls("put") - inVain).as("once each").isEqualTo(40);
        leaves.keySet()
                .forEach(id -> assertThat(rig.store.events(new DeviceId(id)))
                        .extracting(event -> event.action())
                        .containsOnlyOnce(Action.DEVICE_CONNECTED, Action.CERTIFICATE_SEEN));
    }

    @Test
    void systemThatHangsShouldHoldUpNobodyElse() throws Exception {
        Hold looking = rig.platformFaults.holdBefore("look", 1);
        leaf(rig.enroll(rig.identity("dev-1")));
        Future<Integer> hanging = others.submit(() -> rig.bridge.runDue(Backend.PLATFORM));
        looking.awaitReached();

        leaf(rig.enroll(rig.identity("dev-2")));
        rig.bridge.runDue(Backend.TUNNEL);
        rig.bridge.runDue(Backend.UPDATE_SERVER);
        assertThat(rig.peers.known()).hasSize(2);
        assertThat(rig.hint("dev-1")).isNotNull();

        looking.release();
        hanging.get(30, TimeUnit.SECONDS);
        rig.settle();
        assertThat(rig.platform.known()).hasSize(2);
    }

    @Test
    void refusedDeviceShouldFailItsOwnLaneUntilAnOperatorRetries() {
        rig.updateServer.refuse(ID);
        rig.platformFaults.failBefore(
                "put", 1, () -> new BackendRefusedException("not that name", Fault.REQUEST, Effect.NONE));
        Map<String, X509Certificate> leaves = enroll(2);
        rig.bridge.runDue();
        assertThat(rig.lane("dev-1", Backend.PLATFORM).state()).isEqualTo(Lane.State.FAILED);
        assertThat(rig.lane("dev-1", Backend.PLATFORM).problem()).contains("not that name");
        assertThat(rig.lane("dev-2", Backend.PLATFORM).state()).isEqualTo(Lane.State.DONE);
        rig.hint("dev-1");
        rig.bridge.runDue();
        assertThat(rig.lane("dev-1", Backend.PLATFORM).state())
                .as("a hint is no operator")
                .isEqualTo(Lane.State.FAILED);

        rig.bridge.operations().retry(Set.of(ID), Backend.PLATFORM, "alice");
        rig.bridge.runDue();
        leaves.forEach((id, leaf) -> assertThat(rig.connects(id, leaf)).isTrue());
        leaves.keySet().forEach(rig::hint);
        rig.bridge.runDue();
        rig.bridge.runDue();

        assertThat(rig.lane("dev-1", Backend.UPDATE_SERVER).state()).isEqualTo(Lane.State.FAILED);
        assertThat(rig.updateServer.known()).containsOnlyKeys("dev-2");
        assertThat(rig.device("dev-1").state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void targetTheServerIsBusyWithShouldKeepNoOtherOneWaiting() {
        rig.updateServer.busy(ID);
        Map<String, X509Certificate> leaves = enroll(3);
        rig.settle();
        leaves.forEach(rig::connects);
        leaves.keySet().forEach(rig::hint);
        rig.bridge.runDue();
        rig.bridge.runDue();
        assertThat(rig.updateServer.known()).containsOnlyKeys("dev-2", "dev-3");

        rig.updateServer.idle(ID);
        rig.settle();

        assertThat(rig.updateServer.known()).hasSize(3);
    }

    @Test
    void answerThatIsLostShouldMakeNoDifference() {
        rig.updateServerFaults.failAfter("put", 1);
        rig.platformFaults.failAfter("put", 1);
        Identity device = rig.identity("dev-1");
        X509Certificate leaf = rig.connected(device);

        rig.assertAdmitted("dev-1", leaf);
        assertThat(rig.updateServer.known()).hasSize(1);
        assertThat(rig.store.events(ID)).extracting(event -> event.action()).containsOnlyOnce(Action.DEVICE_CONNECTED);
    }

    @Test
    void platformThatSaysWhenToComeBackShouldNotBeAskedEarlier() {
        rig.platformFaults.failBefore(
                "look", 1, () -> new BackendUnavailableException("busy", Effect.NONE, Duration.ofMinutes(5)));
        enroll(3);
        rig.bridge.runDue();
        for (int minute = 0; minute < 4; minute++) {
            rig.clock.tick(Duration.ofMinutes(1));
            rig.bridge.runDue();
        }
        assertThat(rig.platformFaults.calls("look")).isEqualTo(1);

        rig.clock.tick(Duration.ofMinutes(1));
        rig.bridge.runDue();
        assertThat(rig.platform.known()).hasSize(3);
    }

    /** Each look takes its time, and there are many: what the lease does not have room for waits. */
    @Test
    void slowServerShouldNotOutliveTheLease() {
        rig = new LifeRig("10.8.0.0/22", Evidence.OBSERVED);
        List<X509Certificate> leaves = List.copyOf(enroll(60).values());
        rig.settle();
        for (int i = 1; i <= 60; i++) {
            rig.connects("dev-" + i, leaves.get(i - 1));
            rig.hint("dev-" + i);
        }
        rig.settle();
        rig.clock.tick(Duration.ofSeconds(1));
        for (int i = 1; i <= 60; i++) {
            rig.bridge.operations().decommission(new DeviceId("dev-" + i), "alice", "");
        }
        rig.bridge.runDue();
        assertThat(rig.updateServer.known()).isEmpty();
        rig.clock.tick(Duration.ofMinutes(5));
        for (int i = 1; i <= 60; i++) {
            rig.updateServer.addForeign(new Seen("dev-" + i, "back", "", Optional.empty(), Optional.empty()));
        }
        Convergence slow = new UpdateServerConvergence(
                rig.store,
                new SlowUpdateServer(rig.updateServer, rig.clock, Duration.ofSeconds(9)),
                new Rechecks(Duration.ofMinutes(5)),
                rig.clock);
        for (int batch = 0; batch < 100 && !rig.updateServer.known().isEmpty(); batch++) {
            List<Task> tasks = rig.queue.lease(Backend.UPDATE_SERVER, slow.batch(), rig.clock.instant(), slow.lease());
            List<Verdict> verdicts = slow.converge(tasks);
            Instant now = rig.clock.instant();
            assertThat(tasks).allSatisfy(task -> assertThat(now).isBeforeOrEqualTo(task.leasedUntil()));
            for (int i = 0; i < tasks.size(); i++) {
                Result result = verdicts.get(i) instanceof Verdict.Done done
                        ? new Result.Done(tasks.get(i), done.observation(), done.again())
                        : new Result.Later(tasks.get(i), "slow", now);
                assertThat(rig.queue.finish(List.of(result), now)).containsExactly(true);
            }
        }

        assertThat(rig.updateServer.known()).isEmpty();
        for (int i = 1; i <= 60; i++) {
            DeviceId id = new DeviceId("dev-" + i);
            assertThat(rig.store.events(id))
                    .as("%s", id)
                    .extracting(event -> event.action())
                    .containsOnlyOnce(Action.DEVICE_CAME_BACK);
        }
    }

    @Test
    void systemsConfiguredLaterShouldCatchUpTheWholeFleet() {
        ProvisioningBridge alone = rig.builder().build();
        List<X509Certificate> leaves = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            leaves.add(leaf(alone.enroll(LifeRig.request(rig.identity("dev-" + i)))));
        }
        for (int i = 1; i <= 10; i++) {
            alone.connected(new DeviceId("dev-" + i), "webhook");
        }
        alone.operations().suspend(new DeviceId("dev-11"), "alice", "");
        alone.operations().decommission(new DeviceId("dev-12"), "alice", "");
        alone.runDue();
        rig.updateServer.addForeign(new Seen("dev-12", "made by hand", "", Optional.empty(), Optional.empty()));
        rig.updateServer.addForeign(new Seen("dev-13", "made by hand", "", Optional.empty(), Optional.empty()));
        rig.updateServer.addForeign(new Seen("other", "made by hand", "", Optional.empty(), Optional.empty()));
        assertThat(rig.platform.known()).isEmpty();

        rig.another();
        rig.settle();

        assertThat(rig.platform.known()).hasSize(28).doesNotContainKeys("dev-11", "dev-12");
        rig.assertAdmitted("dev-1", leaves.get(0));
        rig.assertAdmitted("dev-30", leaves.get(29));
        assertThat(rig.updateServer.known())
                .as("what has not connected is left as it is")
                .containsKeys("dev-13", "other")
                .hasSize(12)
                .doesNotContainKeys("dev-12", "dev-14");
        assertThat(rig.target("dev-1").orElseThrow().address())
                .contains(rig.device("dev-1").address());
        int puts = rig.platformFaults.calls("put");
        rig.another().runDue();
        assertThat(rig.platformFaults.calls("put")).as("once").isEqualTo(puts);
    }
}
