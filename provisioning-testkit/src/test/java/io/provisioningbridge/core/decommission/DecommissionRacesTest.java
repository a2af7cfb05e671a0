package io.provisioningbridge.core.decommission;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.Hold;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A device is decommissioned in the middle of something else: before and after every step of it, to which its steps with the
 * outside systems belong. In the end it is outside, whoever came first.
 */
@Timeout(60)
class DecommissionRacesTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private final LifeRig rig = new LifeRig();
    private final Identity device = rig.identity("dev-1");
    private final ExecutorService others = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        others.shutdownNow();
    }

    /** What is under way. */
    interface Work {
        Object of(LifeRig rig, Identity device, X509Certificate current);
    }

    static Stream<Arguments> steps() {
        BiFunction<LifeRig, Identity, Object> first = LifeRig::enroll;
        return Stream.of(
                        work("renewal", (rig, device, current) -> rig.renew(rig.identity("dev-1"), current), 2, true),
                        work("repeated enrollment", (rig, device, current) -> first.apply(rig, device), 0, false),
                        work("confirmation", (rig, device, current) -> rig.confirm("dev-1", current), 1, false),
                        work(
                                "suspension",
                                (rig, device, current) ->
                                        rig.bridge.operations().suspend(ID, "bob", ""),
                                1,
                                false),
                        work(
                                "suspension and its lane",
                                (rig, device, current) -> {
                                    rig.bridge.operations().suspend(ID, "bob", "");
                                    return rig.bridge.runDue();
                                },
                                1,
                                false),
                        lane("put", 1),
                        lane("put", 2),
                        lane("lease", 1),
                        lane("finish", 1))
                .flatMap(all -> all);
    }

    private static Stream<Arguments> work(String name, Work work, int commits, boolean signs) {
        Stream.Builder<Arguments> steps = Stream.builder();
        for (int commit = 1; commit <= commits; commit++) {
            int nth = commit;
            steps.add(step(name + ", before commit " + nth, work, faults -> faults.holdBefore("commit", nth)));
            steps.add(step(name + ", after commit " + nth, work, faults -> faults.holdAfter("commit", nth)));
        }
        if (signs) {
            steps.add(step(name + ", before the signature", work, faults -> faults.holdBefore("sign", 1)));
            steps.add(step(name + ", after the signature", work, faults -> faults.holdAfter("sign", 1)));
        }
        steps.add(step(name + ", before it looks", work, faults -> faults.holdBefore("find", 1)));
        steps.add(step(name + ", after it looked", work, faults -> faults.holdAfter("find", 1)));
        return steps.build();
    }

    /** The peer of the device in service is lost and put again, while the device is taken out. */
    private static Stream<Arguments> lane(String operation, int way) {
        Work repair = (rig, device, current) -> {
            rig.peers.loseEverything();
            return rig.bridge.runDue();
        };
        return Stream.of(
                way == 1
                        ? step("repair, before " + operation, repair, faults -> faults.holdBefore(operation, 1))
                        : step("repair, after " + operation, repair, faults -> faults.holdAfter(operation, 1)));
    }

    private static Arguments step(String name, Work work, Function<FaultPlan, Hold> hold) {
        return Arguments.argumentSet(name, work, hold);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void deviceInServiceShouldEndOutside(Work work, Function<FaultPlan, Hold> step) throws Exception {
        X509Certificate current = rig.connected(device);
        rig.clock.tick(Duration.ofMinutes(1));
        endInTheMiddle(work, current, step.apply(rig.faults));
    }

    private void endInTheMiddle(Work work, X509Certificate current, Hold hold) throws Exception {
        Future<?> other = others.submit((Callable<Object>) () -> work.of(rig, device, current));
        hold.awaitReached();

        assertThat(rig.bridge.operations().decommission(ID, "alice", "")).isInstanceOf(LifecycleResult.Settled.class);
        rig.another().runDue();
        hold.release();
        other.get(30, TimeUnit.SECONDS);

        // One round of verification later than the lane of whoever was held.
        rig.clock.tick(Duration.ofMinutes(1));
        rig.settle();
        rig.assertOutside("dev-1");
        assertThat(rig.updateServer.known()).isEmpty();
        assertThat(rig.platform.known()).isEmpty();
        assertThat(rig.bridge.operations().receipt(ID).orElseThrow().returns()).isEmpty();
    }

    static Stream<Arguments> stepsOfConnecting() {
        Function<LifeRig, FaultPlan> store = rig -> rig.faults;
        Function<LifeRig, FaultPlan> platform = rig -> rig.platformFaults;
        Function<LifeRig, FaultPlan> updateServer = rig -> rig.updateServerFaults;
        return Stream.of(
                        everyWay(store, "commit Seen", 1),
                        everyWay(store, "commit Connected", 1),
                        everyWay(store, "hint", 1),
                        everyWay(store, "lease", 3),
                        everyWay(store, "lease", 4),
                        everyWay(store, "finish", 1),
                        everyWay(store, "finish", 2),
                        everyWay(platform, "look", 1),
                        everyWay(updateServer, "put", 1))
                .flatMap(all -> all);
    }

    private static Stream<Arguments> everyWay(Function<LifeRig, FaultPlan> system, String operation, int nth) {
        Function<LifeRig, Hold> before = rig -> system.apply(rig).holdBefore(operation, nth);
        Function<LifeRig, Hold> after = rig -> system.apply(rig).holdAfter(operation, nth);
        return Stream.of(
                Arguments.argumentSet("before " + operation + " " + nth, before),
                Arguments.argumentSet("after " + operation + " " + nth, after));
    }

    @ParameterizedTest
    @MethodSource("stepsOfConnecting")
    void deviceThatIsJustConnectingShouldEndOutside(Function<LifeRig, Hold> step) throws Exception {
        X509Certificate current = rig.inService(device);
        assertThat(rig.connects("dev-1", current)).isTrue();
        rig.clock.tick(Duration.ofSeconds(1));
        Work connecting = (rig, device, leaf) -> {
            rig.hint("dev-1");
            rig.bridge.runDue(Backend.PLATFORM);
            return rig.bridge.runDue(Backend.UPDATE_SERVER);
        };
        endInTheMiddle(connecting, current, step.apply(rig));
        assertThat(rig.connects("dev-1", current)).isFalse();
    }

    static Stream<Arguments> stepsOfFirstEnrollment() {
        return Stream.of(
                step("before the signature", NOTHING, faults -> faults.holdBefore("sign", 1)),
                step("after the signature", NOTHING, faults -> faults.holdAfter("sign", 1)),
                step("after the reservation", NOTHING, faults -> faults.holdAfter("commit", 1)),
                step("before the completion", NOTHING, faults -> faults.holdBefore("commit", 2)),
                step("after the completion", NOTHING, faults -> faults.holdAfter("commit", 2)));
    }

    private static final Work NOTHING = (rig, device, current) -> "";

    @ParameterizedTest
    @MethodSource("stepsOfFirstEnrollment")
    void deviceThatIsJustBeingEnrolledShouldEndOutside(Work ignored, Function<FaultPlan, Hold> step) throws Exception {
        Hold hold = step.apply(rig.faults);
        Future<EnrollmentResult> other = others.submit(() -> rig.enroll(device));
        hold.awaitReached();

        assertThat(rig.bridge.operations().decommission(ID, "alice", "")).isInstanceOf(LifecycleResult.Settled.class);
        rig.another().runDue();
        hold.release();
        other.get(30, TimeUnit.SECONDS);

        rig.clock.tick(Duration.ofMinutes(1));
        rig.settle();
        rig.assertOutside("dev-1");
        assertThat(rig.enroll(device)).isInstanceOf(EnrollmentResult.Refused.class);
    }
}
