package io.provisioningbridge.core.decommission;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.testkit.fixture.Hold;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What update server and platform make of a device at the end of its life, and when it comes back there. */
class ResurrectionTest {

    private static final DeviceId ID = new DeviceId("dev-1");
    private static final Duration POLLING = Duration.ofMinutes(5);

    private LifeRig rig = new LifeRig();
    private Identity device = rig.identity("dev-1");

    private void decommission() {
        rig.clock.tick(Duration.ofSeconds(1));
        assertThat(rig.bridge.operations().decommission(ID, "alice", "sold"))
                .isInstanceOf(LifecycleResult.Settled.class);
    }

    private void bothComeBack() {
        targetComesBack();
        rig.platform.addForeign("dev-1", new Credential.Other("X509_CERTIFICATE"));
    }

    /** As a server does that lets devices register themselves. */
    private void targetComesBack() {
        rig.updateServer.addForeign(new Seen(
                "dev-1", "Plug and Play target: dev-1", "", Optional.empty(), Optional.of(new Secret("its own"))));
    }

    private void assertOutOfBoth() {
        assertThat(rig.target("dev-1")).isEmpty();
        assertThat(rig.atPlatform("dev-1").filter(there -> !(there.credential() instanceof Credential.Quarantined)))
                .isEmpty();
    }

    private DecommissionReceipt receipt() {
        return rig.bridge.operations().receipt(ID).orElseThrow();
    }

    private List<String> returns() {
        return receipt().returns().stream().map(AuditEvent::detail).toList();
    }

    private Lane lane(Backend backend) {
        return rig.lane("dev-1", backend);
    }

    private void advanceTo(Instant time) {
        rig.clock.set(time);
        rig.bridge.runDue();
    }

    @Test
    void deviceShouldBeTakenOutOfBothAndTheReceiptSayThatThisWasObserved() {
        X509Certificate leaf = rig.connected(device);
        decommission();
        rig.settle();

        assertOutOfBoth();
        assertThat(rig.connects("dev-1", leaf)).isFalse();
        assertThat(rig.store.targetToken(ID)).isEmpty();
        assertThat(receipt().isComplete()).isTrue();
        assertThat(receipt().returns()).isEmpty();
        assertThat(lane(Backend.UPDATE_SERVER).observation().orElseThrow().evidence())
                .isEqualTo(Evidence.OBSERVED);
        assertThat(lane(Backend.UPDATE_SERVER).observation().orElseThrow().what())
                .isEqualTo("no such target");
        assertThat(lane(Backend.PLATFORM).observation().orElseThrow().what()).isEqualTo("no such device");
    }

    /** A platform that makes devices does so while the removal goes on: nobody has seen it gone by then. */
    @Test
    void deviceThatIsMadeAnewDuringItsRemovalShouldStandInTheReceipt() {
        rig = new LifeRig("10.8.0.0/24", Evidence.OBSERVED, true);
        device = rig.identity("dev-1");
        rig.connected(device);
        rig.platform.makeAnewWhenRemoved(ID);
        decommission();
        rig.clock.tick(Duration.ofSeconds(1));
        rig.bridge.runDue();

        assertThat(returns()).containsExactly("found again at the platform");
        assertOutOfBoth();
        assertThat(lane(Backend.PLATFORM).nextTry())
                .contains(rig.clock.instant().plus(POLLING));
        rig.settle();
        assertThat(returns()).as("once").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void deviceThatComesBackShouldBeFoundAfterAPollingIntervalAnHourAndADay(boolean quarantines) {
        rig = new LifeRig("10.8.0.0/24", Evidence.OBSERVED, quarantines);
        device = rig.identity("dev-1");
        rig.connected(device);
        decommission();
        rig.bridge.runDue();
        Instant gone = rig.clock.instant();

        advanceTo(gone.plus(POLLING).minusSeconds(1));
        bothComeBack();
        rig.bridge.runDue();
        assertThat(rig.target("dev-1")).as("nobody has looked yet").isPresent();
        assertThat(returns()).isEmpty();

        advanceTo(gone.plus(POLLING));
        assertOutOfBoth();
        assertThat(returns()).containsExactly("found again at the update server", "found again at the platform");

        // What came back once is watched from then on.
        Instant again = rig.clock.instant();
        advanceTo(again.plus(POLLING));
        advanceTo(again.plus(Duration.ofHours(1)).minusSeconds(1));
        targetComesBack();
        rig.bridge.runDue();
        assertThat(returns()).hasSize(2);
        advanceTo(again.plus(Duration.ofHours(1)));
        assertOutOfBoth();
        assertThat(returns()).hasSize(3).last().isEqualTo("found again at the update server");
        assertThat(receipt().isComplete()).isTrue();
        assertThat(rig.atPlatform("dev-1").isPresent())
                .as("where it would be made anew, it is kept and shut out")
                .isEqualTo(quarantines);
    }

    @Test
    void deviceThatDoesNotComeBackShouldBeLookedForThreeTimes() {
        rig.connected(device);
        decommission();
        rig.bridge.runDue();
        Instant gone = rig.clock.instant();

        for (Duration after : List.of(POLLING, Duration.ofHours(1), Duration.ofHours(24))) {
            for (Backend backend : Backend.values()) {
                assertThat(lane(backend).nextTry()).as("%s", backend).contains(gone.plus(after));
            }
            advanceTo(gone.plus(after));
        }

        for (Backend backend : Backend.values()) {
            assertThat(lane(backend).nextTry()).as("%s", backend).isEmpty();
            assertThat(lane(backend).state()).isEqualTo(Lane.State.DONE);
        }
        assertThat(returns()).isEmpty();
    }

    @Test
    void deviceThatComesBackAfterADayShouldBeFound() {
        rig.connected(device);
        decommission();
        rig.bridge.runDue();
        Instant gone = rig.clock.instant();
        advanceTo(gone.plus(POLLING));
        advanceTo(gone.plus(Duration.ofHours(1)));
        bothComeBack();

        advanceTo(gone.plus(Duration.ofHours(24)));

        assertOutOfBoth();
        assertThat(returns()).hasSize(2);
    }

    @Test
    void systemsThatWereDownForDaysShouldBeWatchedFromWhenTheyLetTheDeviceGo() {
        rig.connected(device);
        rig.updateServerFaults.breakDown("remove");
        rig.platformFaults.breakDown("remove");
        decommission();
        Instant decommissioned = rig.clock.instant();
        while (rig.clock.instant().isBefore(decommissioned.plus(Duration.ofDays(3)))) {
            rig.bridge.runDue();
            rig.clock.tick(Duration.ofMinutes(17));
        }
        assertThat(receipt().isComplete()).isFalse();
        assertThat(returns()).as("it never was away").isEmpty();
        rig.updateServerFaults.heal("remove");
        rig.platformFaults.heal("remove");
        rig.settle();
        bothComeBack();

        advanceTo(rig.clock.instant().plus(POLLING));

        assertOutOfBoth();
        assertThat(returns()).hasSize(2);
    }

    /** The first look and the first removals fail: what is noted depends on neither. */
    @ParameterizedTest
    @ValueSource(strings = {"find", "remove"})
    void returnShouldBeNotedOnceHoweverOftenItsRemovalIsTried(String operation) {
        rig.connected(device);
        decommission();
        rig.bridge.runDue();
        rig.clock.tick(POLLING);
        targetComesBack();
        rig.updateServerFaults.breakDown(operation);
        for (int i = 0; i < 20; i++) {
            rig.bridge.runDue();
            rig.hint("dev-1");
            rig.clock.tick(Duration.ofMinutes(1));
        }
        assertThat(rig.target("dev-1")).isPresent();

        rig.updateServerFaults.heal(operation);
        rig.settle();

        assertThat(rig.target("dev-1")).isEmpty();
        assertThat(returns()).containsExactly("found again at the update server");
    }

    @Test
    void deviceTakenOutInTheMiddleOfItsFirstRegistrationShouldNotBeSaidToHaveComeBack() throws Exception {
        X509Certificate leaf = rig.inService(device);
        Hold putting = rig.updateServerFaults.holdAfter("put", 1);
        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        rig.bridge.runDue(Backend.PLATFORM);
        FutureTask<Integer> work = new FutureTask<>(() -> rig.bridge.runDue(Backend.UPDATE_SERVER));
        new Thread(work).start();
        putting.awaitReached();
        decommission();
        rig.clock.tick(Duration.ofSeconds(10));
        putting.release();
        work.get(30, TimeUnit.SECONDS);
        rig.settle();

        assertOutOfBoth();
        assertThat(returns()).isEmpty();
        assertThat(receipt().isComplete()).isTrue();
    }

    /** Whoever had the lane is still about to register the device when another has removed it. */
    @ParameterizedTest
    @EnumSource(
            value = Backend.class,
            names = {"UPDATE_SERVER", "PLATFORM"})
    void registrationByWhoeverLostTheLaneShouldBeUndone(Backend system) throws Exception {
        rig.connected(device);
        boolean platform = system == Backend.PLATFORM;
        if (platform) {
            rig.platform.removeForeign("dev-1");
        }
        rig.bridge.operations().retry(Set.of(ID), system, "alice");
        Hold putting = (platform ? rig.platformFaults : rig.updateServerFaults).holdBefore("put", 1);
        FutureTask<Integer> work = new FutureTask<>(() -> rig.bridge.runDue(system));
        new Thread(work).start();
        putting.awaitReached();
        decommission();
        rig.clock.tick(Duration.ofMinutes(20));
        rig.another().runDue();
        assertOutOfBoth();

        putting.release();
        work.get(30, TimeUnit.SECONDS);
        assertThat(
                        platform
                                ? rig.atPlatform("dev-1").isPresent()
                                : rig.target("dev-1").isPresent())
                .as("its call was late")
                .isTrue();
        rig.clock.tick(Duration.ofSeconds(10));
        rig.bridge.runDue();

        assertOutOfBoth();
    }

    /** Whoever had the lane is still about to remove the device of an earlier life when the next one is there. */
    @ParameterizedTest
    @EnumSource(
            value = Backend.class,
            names = {"UPDATE_SERVER", "PLATFORM"})
    void removalByWhoeverLostTheLaneShouldNotKeepTheNextLifeOut(Backend system) throws Exception {
        rig.connected(device);
        decommission();
        Hold removing =
                (system == Backend.PLATFORM ? rig.platformFaults : rig.updateServerFaults).holdBefore("remove", 1);
        FutureTask<Integer> work = new FutureTask<>(() -> rig.bridge.runDue(system));
        new Thread(work).start();
        removing.awaitReached();
        rig.bridge.runDue(Backend.TUNNEL);
        rig.clock.tick(Duration.ofSeconds(1));
        assertThat(rig.bridge.operations().readmit(ID, "alice", "")).isInstanceOf(LifecycleResult.Settled.class);
        Identity next = rig.identity("dev-1");
        X509Certificate leaf = leaf(rig.enroll(next));
        rig.clock.tick(Duration.ofMinutes(20));
        ProvisioningBridge other = rig.another();
        other.runDue();
        assertThat(rig.connects("dev-1", leaf)).isTrue();
        rig.hint("dev-1");
        other.runDue();
        other.runDue();
        String token = rig.target("dev-1").orElseThrow().token().orElseThrow().reveal();

        removing.release();
        work.get(30, TimeUnit.SECONDS);
        rig.clock.tick(Duration.ofSeconds(10));
        rig.bridge.runDue();

        rig.assertAdmitted("dev-1", leaf);
        assertThat(rig.target("dev-1").orElseThrow().token().orElseThrow().reveal())
                .isEqualTo(token)
                .isEqualTo(rig.store.targetToken(ID).orElseThrow().reveal());
    }

    /** Both are down until the next life of the device is there: nothing of the earlier one is left for it. */
    @Test
    void nextLifeShouldInheritNothingFromSystemsThatWereDown() {
        rig.connected(device);
        String oldToken =
                rig.target("dev-1").orElseThrow().token().orElseThrow().reveal();
        String oldId = rig.atPlatform("dev-1").orElseThrow().platformId();
        rig.updateServerFaults.breakDown("remove");
        rig.platformFaults.breakDown("remove");
        rig.platformFaults.breakDown("look");
        decommission();
        rig.bridge.runDue();
        rig.clock.tick(Duration.ofMinutes(1));
        assertThat(rig.bridge.operations().readmit(ID, "alice", "")).isInstanceOf(LifecycleResult.Settled.class);
        X509Certificate leaf = leaf(rig.enroll(rig.identity("dev-1")));
        rig.clock.tick(Duration.ofMinutes(10));
        rig.bridge.runDue();
        rig.updateServerFaults.heal("remove");
        rig.platformFaults.heal("remove");
        rig.platformFaults.heal("look");
        rig.settle();

        rig.assertAdmitted("dev-1", leaf);
        assertThat(rig.atPlatform("dev-1").orElseThrow().platformId()).isNotEqualTo(oldId);
        assertThat(rig.target("dev-1")).as("it has not connected").isEmpty();

        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        rig.settle();
        assertThat(rig.target("dev-1").orElseThrow().token().orElseThrow().reveal())
                .isNotEqualTo(oldToken);
        assertThat(rig.store.events(ID)).extracting(AuditEvent::action).doesNotContain(Action.DEVICE_CAME_BACK);
    }

    @Test
    void nextLifeThatConnectsWhileTheUpdateServerIsDownShouldInheritNothing() {
        rig.connected(device);
        rig.updateServer.addForeign(new Seen(
                "dev-1",
                "dev-1",
                "what the earlier one left",
                Optional.empty(),
                rig.target("dev-1").orElseThrow().token()));
        rig.updateServerFaults.breakDown("remove");
        rig.updateServerFaults.breakDown("put");
        decommission();
        rig.bridge.runDue();
        rig.clock.tick(Duration.ofMinutes(1));
        rig.bridge.operations().readmit(ID, "alice", "");
        X509Certificate leaf = leaf(rig.enroll(rig.identity("dev-1")));
        rig.bridge.runDue();
        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        rig.bridge.runDue();
        int removed = rig.updateServerFaults.calls("remove");

        rig.updateServerFaults.heal("remove");
        rig.updateServerFaults.heal("put");
        rig.settle();

        assertThat(rig.updateServerFaults.calls("remove")).isGreaterThan(removed);
        assertThat(rig.target("dev-1").orElseThrow().description()).isEmpty();
    }

    @Test
    void deviceOfASecondLifeShouldKeepWhatItHasWhenItsLanesAreWorkedOnAgain() {
        rig.connected(device);
        decommission();
        rig.settle();
        rig.bridge.operations().readmit(ID, "alice", "");
        rig.connected(rig.identity("dev-1"));
        int removed = rig.updateServerFaults.calls("remove") + rig.platformFaults.calls("remove");
        rig.clock.tick(Duration.ofHours(2));
        for (Backend backend : Backend.values()) {
            rig.bridge.operations().retry(Set.of(ID), backend, "alice");
        }
        rig.settle();
        rig.clock.tick(Duration.ofDays(2));
        rig.bridge.runDue();

        assertThat(rig.updateServerFaults.calls("remove") + rig.platformFaults.calls("remove"))
                .isEqualTo(removed);
        assertThat(rig.target("dev-1")).isPresent();
    }

    /** The platform says that it has shut the device out, and somebody lets it in before it is looked for. */
    @Test
    void platformThatStillAdmitsTheDeviceShouldNotBeSaidToHaveShutItOut() throws Exception {
        X509Certificate leaf = rig.connected(device);
        rig.connected(rig.identity("dev-2"));
        decommission();
        rig.bridge.operations().decommission(new DeviceId("dev-2"), "alice", "");
        Hold removed = rig.platformFaults.holdAfter("remove", 1);
        FutureTask<Integer> work = new FutureTask<>(() -> rig.bridge.runDue(Backend.PLATFORM));
        new Thread(work).start();
        removed.awaitReached();
        rig.platform.addForeign("dev-1", new Credential.Other("X509_CERTIFICATE"));
        removed.release();
        work.get(30, TimeUnit.SECONDS);

        assertThat(lane(Backend.PLATFORM).state()).isEqualTo(Lane.State.DUE);
        assertThat(lane(Backend.PLATFORM).problem()).contains("still admits");
        assertThat(rig.lane("dev-2", Backend.PLATFORM).state())
                .as("another one keeps nobody waiting")
                .isEqualTo(Lane.State.DONE);
        assertThat(lane(Backend.PLATFORM).observation().map(Observation::what)).isEmpty();
        rig.settle();
        assertOutOfBoth();
        assertThat(rig.connects("dev-1", leaf)).isFalse();
    }

    @Test
    void suspendedDeviceShouldBeShutOutAndItsTargetGoUntilItConnectsAgain() {
        X509Certificate leaf = rig.connected(device);
        String id = rig.atPlatform("dev-1").orElseThrow().platformId();
        String token = rig.store.targetToken(ID).orElseThrow().reveal();
        rig.bridge.operations().suspend(ID, "alice", "");
        rig.settle();

        assertThat(rig.atPlatform("dev-1").orElseThrow().credential()).isEqualTo(new Credential.Quarantined());
        assertThat(rig.target("dev-1")).isEmpty();
        assertThat(rig.connects("dev-1", leaf)).isFalse();

        rig.bridge.operations().resume(ID, "alice", "");
        rig.settle();
        assertThat(rig.target("dev-1")).as("it has not connected again").isEmpty();
        assertThat(rig.atPlatform("dev-1").orElseThrow().platformId())
                .as("what the platform knows of it stays")
                .isEqualTo(id);
        assertThat(rig.connects("dev-1", leaf)).isTrue();
        rig.hint("dev-1");
        rig.settle();
        assertThat(rig.target("dev-1").orElseThrow().token().orElseThrow().reveal())
                .isEqualTo(token);
    }
}
