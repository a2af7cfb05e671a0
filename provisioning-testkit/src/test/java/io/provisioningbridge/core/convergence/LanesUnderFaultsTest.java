package io.provisioningbridge.core.convergence;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call outside and every commit fails once, before its effect and after it, at every place of a device's life. */
class LanesUnderFaultsTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    static Stream<Arguments> places() {
        Stream<Arguments> common = Stream.of(
                        "put",
                        "remove",
                        "observe",
                        "revoke",
                        "commit",
                        "lease",
                        "finish",
                        "find",
                        "certificates",
                        "hint")
                .flatMap(operation -> places("", operation, 6));
        Stream<Arguments> updateServer =
                Stream.of("put", "remove", "find").flatMap(operation -> places("update server ", operation, 4));
        Stream<Arguments> platform =
                Stream.of("put", "remove", "look").flatMap(operation -> places("platform ", operation, 6));
        return Stream.of(common, updateServer, platform).flatMap(all -> all);
    }

    private static Stream<Arguments> places(String system, String operation, int most) {
        return IntStream.rangeClosed(1, most)
                .boxed()
                .flatMap(nth -> Stream.of(
                        Arguments.of(system, operation, nth, "before"), Arguments.of(system, operation, nth, "after")));
    }

    private static FaultPlan faults(LifeRig rig, String system) {
        return switch (system) {
            case "update server " -> rig.updateServerFaults;
            case "platform " -> rig.platformFaults;
            default -> rig.faults;
        };
    }

    @ParameterizedTest(name = "{0}{1} {2}, {3} its effect")
    @MethodSource("places")
    void lifeShouldEndWhereItShouldWhateverFailsOnce(String system, String operation, int nth, String when) {
        LifeRig rig = new LifeRig();
        if (when.equals("before")) {
            faults(rig, system).failBefore(operation, nth);
        } else {
            faults(rig, system).failAfter(operation, nth);
        }
        Identity first = rig.identity("dev-1");
        X509Certificate current = insisting(rig, () -> leaf(rig.enroll(first)));
        rig.settle();
        rig.assertTunnelIsAsItShouldBe();
        connect(rig, current);
        Identity second = rig.identity("dev-1");
        X509Certificate renewed = insisting(rig, () -> leaf(rig.renewConfirming(second, current)));
        insisting(
                rig, () -> assertThat(rig.confirm("dev-1", renewed)).isInstanceOf(ConfirmationResult.Confirmed.class));
        rig.settle();
        rig.assertTunnelIsAsItShouldBe();
        rig.assertAdmitted("dev-1", renewed);
        assertThat(rig.peers.known()).containsOnlyKeys(second.peer());
        assertThat(rig.authority.revoked()).contains(current.getSerialNumber());
        insisting(rig, () -> rig.bridge.operations().suspend(ID, "alice", ""));
        rig.settle();
        assertThat(rig.peers.known()).isEmpty();
        assertThat(rig.updateServer.known()).isEmpty();
        assertThat(rig.connects("dev-1", renewed)).isFalse();
        insisting(rig, () -> rig.bridge.operations().resume(ID, "alice", ""));
        rig.settle();
        assertThat(rig.peers.known()).containsOnlyKeys(second.peer());
        connect(rig, renewed);
        insisting(rig, () -> rig.bridge.operations().decommission(ID, "alice", ""));
        rig.settle();

        DecommissionReceipt receipt =
                insisting(rig, () -> rig.bridge.operations().receipt(ID).orElseThrow());
        assertThat(receipt.isComplete()).isTrue();
        assertThat(receipt.returns()).isEmpty();
        assertThat(receipt.lanes())
                .hasSize(Backend.values().length)
                .allSatisfy(lane -> assertThat(lane.observation().orElseThrow().evidence())
                        .as("%s", lane.backend())
                        .isEqualTo(Evidence.OBSERVED));
        assertThat(rig.updateServer.known()).isEmpty();
        assertThat(rig.platform.known()).isEmpty();
        insisting(rig, () -> {
            rig.assertOutside("dev-1");
            return receipt;
        });
    }

    /** The platform repeats what the bridge did not take. */
    private static void connect(LifeRig rig, X509Certificate leaf) {
        assertThat(rig.connects("dev-1", leaf)).isTrue();
        insisting(rig, () -> rig.hint("dev-1"));
        rig.settle();
        assertThat(insisting(rig, () -> rig.device("dev-1")).state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(rig.target("dev-1").orElseThrow().token().orElseThrow().reveal())
                .isEqualTo(rig.store.targetToken(ID).orElseThrow().reveal());
        rig.assertAdmitted("dev-1", leaf);
    }

    private interface Attempt<T> {
        T make();
    }

    /** As devices and operators do: what fails is tried again later. */
    private static <T> T insisting(LifeRig rig, Attempt<T> attempt) {
        for (int i = 0; ; i++) {
            try {
                return attempt.make();
            } catch (BackendUnavailableException | AssertionError e) {
                if (i == 3) {
                    throw e;
                }
                rig.clock.tick(Duration.ofMinutes(2));
            }
        }
    }

    @Test
    void systemThatIsDownShouldBeAskedNowAndThenAndCatchUpWhenItIsBack() {
        LifeRig rig = new LifeRig("10.8.0.0/22", Evidence.OBSERVED);
        rig.faults.breakDown("put");
        for (int i = 0; i < 900; i++) {
            leaf(rig.enroll(rig.identity("dev-" + i)));
        }
        Instant down = rig.clock.instant();
        while (rig.clock.instant().isBefore(down.plus(Duration.ofHours(2)))) {
            rig.bridge.runDue();
            rig.clock.tick(Duration.ofSeconds(1));
        }
        assertThat(rig.faults.calls("put")).as("in two hours").isBetween(100, 400);

        rig.faults.heal("put");
        Instant back = rig.clock.instant();
        while (!rig.queue.list(Lane.State.DUE, Optional.empty(), 1).isEmpty()) {
            rig.bridge.runDue();
            rig.clock.tick(Duration.ofSeconds(1));
        }

        assertThat(Duration.between(back, rig.clock.instant())).isLessThan(Duration.ofMinutes(6));
        assertThat(rig.peers.known()).hasSize(900);
        rig.assertTunnelIsAsItShouldBe();
    }

    @Test
    void systemThatSaysWhenToComeBackShouldNotBeAskedEarlierUpToFiveMinutes() {
        LifeRig rig = new LifeRig();
        rig.faults.failBefore(
                "put", 1, () -> new BackendUnavailableException("busy", Effect.NONE, Duration.ofHours(10)));
        leaf(rig.enroll(rig.identity("dev-1")));
        leaf(rig.enroll(rig.identity("dev-2")));
        rig.bridge.runDue();
        List<Integer> calls = new ArrayList<>();
        for (int minute = 0; minute < 4; minute++) {
            rig.clock.tick(Duration.ofMinutes(1));
            rig.bridge.runDue();
            calls.add(rig.faults.calls("put"));
        }
        assertThat(calls).containsOnly(1);
        assertThat(rig.lane("dev-1", Backend.TUNNEL).nextTry()).contains(LifeRig.START.plus(Duration.ofMinutes(5)));

        rig.clock.tick(Duration.ofMinutes(1));
        rig.bridge.runDue();

        assertThat(rig.peers.known()).hasSize(2);
    }

    @Test
    void refusedPeerShouldFailItsOwnLaneOnly() {
        LifeRig rig = new LifeRig();
        Identity refused = rig.identity("dev-1");
        Identity other = rig.identity("dev-2");
        rig.peers.refuse(refused.peer());
        leaf(rig.enroll(refused));
        leaf(rig.enroll(other));

        rig.bridge.runDue();

        assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.FAILED);
        assertThat(rig.lane("dev-1", Backend.TUNNEL).problem()).contains("refused");
        assertThat(rig.lane("dev-2", Backend.TUNNEL).state()).isEqualTo(Lane.State.DONE);
        assertThat(rig.peers.known()).containsOnlyKeys(other.peer());
    }
}
