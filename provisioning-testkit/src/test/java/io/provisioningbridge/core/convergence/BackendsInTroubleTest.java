package io.provisioningbridge.core.convergence;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.testkit.fixture.Hold;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An outside system is down for hours, hangs, or talks nonsense: the life of a device goes on, and ends as it should. */
@Timeout(60)
class BackendsInTroubleTest {

    private static final DeviceId ID = new DeviceId("dev-1");
    private static final int HOURS = 5;
    private static final List<String> EVERYTHING = List.of("sign", "revoke", "put", "remove", "observe");

    private final ExecutorService others = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        others.shutdownNow();
    }

    enum Step {
        ENROLL,
        RENEW,
        SUSPEND,
        RESUME,
        DECOMMISSION
    }

    static Stream<Arguments> outages() {
        return Stream.of(
                        List.of("sign"),
                        List.of("revoke"),
                        List.of("put"),
                        List.of("remove"),
                        List.of("observe"),
                        List.of("sign", "revoke"),
                        List.of("put", "remove", "observe"),
                        EVERYTHING)
                .flatMap(down -> Stream.of(Step.values()).map(step -> Arguments.of(down, step)));
    }

    @ParameterizedTest(name = "{0} down during {1}")
    @MethodSource("outages")
    void lifeShouldEndAsItShouldWhateverIsDownForHours(List<String> down, Step during) {
        LifeRig rig = new LifeRig();
        Life life = new Life(rig);
        for (Step step : Step.values()) {
            if (step == during) {
                down.forEach(rig.faults::breakDown);
                boolean taken = life.take(step);
                assertThat(taken).as("only a signature is waited for").isEqualTo(!needsSignature(step, down));
                Map<String, Integer> before = calls(rig, down);
                boolean works = runForHours(rig, down);
                assertThat(works).as("the other system is served meanwhile").isTrue();
                calls(rig, down)
                        .forEach((operation, calls) -> assertThat(calls - before.getOrDefault(operation, 0))
                                .as("calls of %s in %s hours", operation, HOURS)
                                .isLessThan(HOURS * 200));
                down.forEach(rig.faults::heal);
                assertThat(taken || life.take(step)).isTrue();
            } else {
                assertThat(life.take(step)).isTrue();
            }
            rig.settle();
            life.requireEffects(step);
        }
        life.requireEnd();
    }

    private static boolean needsSignature(Step step, List<String> down) {
        return down.contains("sign") && (step == Step.ENROLL || step == Step.RENEW);
    }

    /** Reading the peers left out: that costs a server that is down nothing, and is tried every few seconds. */
    private static Map<String, Integer> calls(LifeRig rig, List<String> operations) {
        return operations.stream()
                .filter(operation -> !operation.equals("observe"))
                .collect(Collectors.toMap(operation -> operation, rig.faults::calls));
    }

    /** @return whether the system that is up was brought to where it should be all the same */
    private static boolean runForHours(LifeRig rig, List<String> down) {
        for (int i = 0; i < HOURS * 360; i++) {
            rig.bridge.runDue();
            rig.clock.tick(Duration.ofSeconds(10));
        }
        boolean tunnelIsUp = down.stream().noneMatch(List.of("put", "remove", "observe")::contains);
        boolean authorityIsUp = !down.contains("revoke");
        boolean tunnelDone = !tunnelIsUp || rig.queue.lanes(ID).stream().allMatch(lane -> isDone(lane, Backend.TUNNEL));
        boolean authorityDone = !authorityIsUp
                || rig.queue.lanes(ID).stream().allMatch(lane -> isDone(lane, Backend.CERTIFICATE_AUTHORITY));
        return tunnelDone && authorityDone;
    }

    private static boolean isDone(Lane lane, Backend backend) {
        return lane.backend() != backend || lane.state() == Lane.State.DONE;
    }

    @ParameterizedTest(name = "during {0}")
    @MethodSource("steps")
    void lifeShouldEndAsItShouldThoughEverythingTalksNonsenseForHours(Step during) {
        LifeRig rig = new LifeRig();
        Life life = new Life(rig);
        for (Step step : Step.values()) {
            assertThat(life.take(step)).isTrue();
            if (step == during) {
                for (int nth = 1; nth <= HOURS * 360; nth++) {
                    rig.faults.answerNonsense("observe", nth).answerNonsense("revoke", nth);
                }
                int last = rig.faults.calls("observe") + HOURS * 360;
                for (int i = 0; i < HOURS * 360 && rig.faults.calls("observe") < last; i++) {
                    rig.bridge.runDue();
                    rig.clock.tick(Duration.ofSeconds(10));
                }
                rig.bridge.operations().receipt(ID).ifPresent(receipt -> requireNothingClaimed(rig, receipt));
                while (rig.faults.calls("observe") < last) {
                    rig.peers.observe();
                }
            }
            rig.settle();
            life.requireEffects(step);
        }
        life.requireEnd();
    }

    static Stream<Step> steps() {
        return Stream.of(Step.values());
    }

    /** While the server still lists the peer, and the authority never says that it knew. */
    private static void requireNothingClaimed(LifeRig rig, DecommissionReceipt receipt) {
        assertThat(receipt.isComplete()).isFalse();
        assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.DUE);
        assertThat(rig.lane("dev-1", Backend.CERTIFICATE_AUTHORITY).observation())
                .hasValueSatisfying(seen -> assertThat(seen.evidence()).isEqualTo(Evidence.ACKNOWLEDGED));
        assertThat(rig.store.events(ID)).extracting(AuditEvent::action).doesNotContain(Action.ADDRESS_RELEASED);
    }

    @Test
    void hangingAuthorityShouldHoldUpNothingAtTheTunnelServer() throws Exception {
        LifeRig rig = new LifeRig();
        rig.inService(rig.identity("dev-1"));
        Hold hanging = rig.faults.holdBefore("revoke", 1);
        rig.bridge.operations().decommission(ID, "alice", "");
        Future<Integer> authority = others.submit(() -> rig.bridge.runDue(Backend.CERTIFICATE_AUTHORITY));
        hanging.awaitReached();

        Identity other = rig.identity("dev-2");
        leaf(rig.enroll(other));
        rig.bridge.runDue(Backend.TUNNEL);

        assertThat(rig.peers.known()).containsOnlyKeys(other.peer());
        assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.DONE);
        assertThat(rig.bridge.operations().receipt(ID).orElseThrow().isComplete())
                .isFalse();

        hanging.release();
        authority.get(30, TimeUnit.SECONDS);
        rig.settle();
        rig.assertOutside("dev-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"remove", "observe"})
    void hangingTunnelServerShouldHoldUpNothingAtTheAuthority(String operation) throws Exception {
        LifeRig rig = new LifeRig();
        rig.inService(rig.identity("dev-1"));
        rig.bridge.operations().decommission(ID, "alice", "");
        Hold hanging = rig.faults.holdAfter(operation, 1);
        Future<Integer> tunnel = others.submit(() -> rig.bridge.runDue(Backend.TUNNEL));
        hanging.awaitReached();

        rig.bridge.runDue(Backend.CERTIFICATE_AUTHORITY);
        leaf(rig.enroll(rig.identity("dev-2")));

        assertThat(rig.authority.revoked()).hasSize(1);
        assertThat(rig.lane("dev-1", Backend.CERTIFICATE_AUTHORITY).state()).isEqualTo(Lane.State.DONE);
        assertThat(rig.bridge.operations().receipt(ID).orElseThrow().isComplete())
                .isFalse();

        hanging.release();
        tunnel.get(30, TimeUnit.SECONDS);
        rig.settle();
        rig.assertOutside("dev-1");
    }

    @Test
    void hangingSignatureShouldHoldUpNoOtherDevice() throws Exception {
        LifeRig rig = new LifeRig();
        Identity device = rig.identity("dev-1");
        Hold hanging = rig.faults.holdBefore("sign", 1);
        Future<EnrollmentResult> enrollment = others.submit(() -> rig.enroll(device));
        hanging.awaitReached();

        Identity other = rig.identity("dev-2");
        rig.inService(other);
        assertThat(rig.peers.known()).containsOnlyKeys(other.peer());

        hanging.release();
        leaf(enrollment.get(30, TimeUnit.SECONDS));
        rig.settle();
        assertThat(rig.peers.known()).containsOnlyKeys(device.peer(), other.peer());
        rig.assertTunnelIsAsItShouldBe();
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoke", "remove"})
    void callThatHangsBeyondItsLeaseShouldBeMadeByAnotherAndCountOnce(String operation) throws Exception {
        LifeRig rig = new LifeRig();
        rig.inService(rig.identity("dev-1"));
        rig.bridge.operations().decommission(ID, "alice", "");
        Hold hanging = rig.faults.holdBefore(operation, 1);
        Future<Integer> hung = others.submit(() -> rig.bridge.runDue());
        hanging.awaitReached();

        rig.clock.tick(Duration.ofMinutes(10));
        rig.another().runDue();

        assertThat(rig.bridge.operations().receipt(ID).orElseThrow().isComplete())
                .isTrue();
        hanging.release();
        hung.get(30, TimeUnit.SECONDS);
        rig.settle();
        rig.assertOutside("dev-1");
        assertThat(rig.store.events(ID))
                .extracting(AuditEvent::action)
                .containsOnlyOnce(Action.CERTIFICATE_REVOKED, Action.ADDRESS_RELEASED);
    }

    /** A device from its enrollment to its end. */
    private static final class Life {

        private final LifeRig rig;
        private final Identity first;
        private final Identity second;
        private @Nullable X509Certificate current;

        Life(LifeRig rig) {
            this.rig = rig;
            this.first = rig.identity("dev-1");
            this.second = rig.identity("dev-1");
        }

        /** @return whether it is acknowledged */
        boolean take(Step step) {
            return switch (step) {
                case ENROLL -> enrolled(rig.enroll(first));
                case RENEW ->
                    enrolled(rig.renew(second, Objects.requireNonNull(current)))
                            && rig.confirm("dev-1", Objects.requireNonNull(current))
                                    instanceof ConfirmationResult.Confirmed;
                case SUSPEND -> settled(rig.bridge.operations().suspend(ID, "alice", ""));
                case RESUME -> settled(rig.bridge.operations().resume(ID, "alice", ""));
                case DECOMMISSION -> settled(rig.bridge.operations().decommission(ID, "alice", ""));
            };
        }

        private boolean enrolled(EnrollmentResult result) {
            if (result instanceof EnrollmentResult.Deferred) {
                return false;
            }
            current = leaf(result);
            return true;
        }

        private static boolean settled(LifecycleResult result) {
            assertThat(result).isInstanceOf(LifecycleResult.Settled.class);
            return true;
        }

        void requireEffects(Step step) {
            switch (step) {
                case ENROLL -> assertThat(rig.peers.known()).containsOnlyKeys(first.peer());
                case RENEW, RESUME -> assertThat(rig.peers.known()).containsOnlyKeys(second.peer());
                case SUSPEND -> assertThat(rig.peers.known()).isEmpty();
                case DECOMMISSION -> rig.assertOutside("dev-1");
            }
            rig.assertTunnelIsAsItShouldBe();
            assertThat(rig.authority.revoked()).hasSize(step == Step.ENROLL ? 0 : step == Step.DECOMMISSION ? 2 : 1);
        }

        void requireEnd() {
            assertThat(rig.authority.issued()).as("signed once each").hasSize(2);
            assertThat(rig.device("dev-1").state()).isEqualTo(DeviceState.DECOMMISSIONED);
            assertThat(rig.bridge.operations().receipt(ID).orElseThrow().isComplete())
                    .isTrue();
            Set<Action> once = Set.of(
                    Action.DEVICE_SUSPENDED,
                    Action.DEVICE_RESUMED,
                    Action.DEVICE_DECOMMISSIONED,
                    Action.ADDRESS_RELEASED);
            assertThat(rig.store.events(ID).stream().map(AuditEvent::action).filter(once::contains))
                    .hasSameSizeAs(once)
                    .containsAll(once);
        }
    }
}
