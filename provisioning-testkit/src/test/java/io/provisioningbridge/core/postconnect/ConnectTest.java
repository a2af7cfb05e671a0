package io.provisioningbridge.core.postconnect;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.testkit.fixture.Hold;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What follows when a device connects for the first time, or is said to have. */
class ConnectTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private final LifeRig rig = new LifeRig();
    private final Identity device = rig.identity("dev-1");

    private DeviceState state() {
        return rig.device("dev-1").state();
    }

    private List<Action> actions() {
        return rig.store.events(ID).stream().map(AuditEvent::action).toList();
    }

    @Test
    void enrolledDeviceShouldBeAdmittedByThePlatformWithItsExactLeafAtOnce() {
        X509Certificate leaf = leaf(rig.enroll(device));
        rig.bridge.runDue();

        rig.assertAdmitted("dev-1", leaf);
        assertThat(rig.updateServer.known()).as("it has not connected").isEmpty();
        assertThat(state()).isEqualTo(DeviceState.ENROLLED);
        assertThat(rig.lane("dev-1", Backend.PLATFORM).observation())
                .get()
                .extracting(Observation::evidence)
                .as("nobody has read it back")
                .isEqualTo(Evidence.ACKNOWLEDGED);
    }

    @Test
    void connectedDeviceShouldBecomeATargetUnderItsNameAndWithItsTunnelAddressAndToken() {
        X509Certificate leaf = leaf(rig.bridge.enroll(LifeRig.request(device).withLabels("Bread oven", "oven v3")));
        rig.settle();
        assertThat(rig.connects("dev-1", leaf)).isTrue();

        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Pending.class);
        assertThat(state()).as("a hint proves nothing").isEqualTo(DeviceState.ENROLLED);
        rig.settle();

        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
        Seen target = rig.target("dev-1").orElseThrow();
        assertThat(target.id()).isEqualTo("dev-1");
        assertThat(target.name()).isEqualTo("Bread oven");
        assertThat(target.description()).isEqualTo("oven v3");
        assertThat(target.address()).contains(rig.device("dev-1").address());
        assertThat(target.token().orElseThrow().reveal())
                .isEqualTo(rig.store.targetToken(ID).orElseThrow().reveal());
        assertThat(actions()).containsOnlyOnce(Action.DEVICE_CONNECTED).containsOnlyOnce(Action.CERTIFICATE_SEEN);
        assertThat(rig.store.certificates(ID))
                .extracting(DeviceCertificate::standing)
                .containsExactly(Standing.CURRENT);
        assertThat(rig.lane("dev-1", Backend.PLATFORM).observation())
                .get()
                .extracting(Observation::evidence)
                .isEqualTo(Evidence.OBSERVED);
    }

    @Test
    void deviceWithoutANameShouldBecomeATargetUnderItsId() {
        rig.connected(device);

        assertThat(rig.target("dev-1").orElseThrow().name()).isEqualTo("dev-1");
        assertThat(rig.target("dev-1").orElseThrow().description()).isEmpty();
    }

    @Test
    void hintAboutADeviceThatHasNotConnectedShouldChangeNothing() {
        rig.inService(device);
        Device before = rig.device("dev-1");

        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Pending.class);
        rig.settle();

        assertThat(rig.device("dev-1")).isEqualTo(before);
        assertThat(rig.updateServer.known()).isEmpty();
    }

    @Test
    void connectionNobodyToldOfShouldBeNoticedWhenThePlatformIsLookedAtAnyway() {
        X509Certificate leaf = rig.inService(device);
        assertThat(rig.connects("dev-1", leaf)).isTrue();

        rig.bridge.operations().retry(Set.of(ID), Backend.PLATFORM, "alice");
        rig.settle();

        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(rig.target("dev-1")).isPresent();
    }

    /** It waits for the platform, and gets in before the platform has written down that it may. */
    @Test
    void connectionInTheMiddleOfItsAdmissionShouldCount() {
        X509Certificate leaf = rig.inService(device);
        rig.clock.tick(Duration.ofSeconds(20));
        assertThat(rig.platform.connect(
                        ID,
                        leaf,
                        rig.atPlatform("dev-1")
                                .orElseThrow()
                                .attributesWritten()
                                .orElseThrow()))
                .isTrue();

        rig.hint("dev-1");
        rig.settle();

        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void connectionOfWhateverWasThereBeforeTheDeviceShouldNotCount() {
        rig.platform.addForeign("dev-1", new Credential.Other("ACCESS_TOKEN"));
        rig.skewPlatform(Duration.ofHours(2));
        X509Certificate leaf = leaf(rig.enroll(device));
        rig.clock.tick(Duration.ofHours(1));
        rig.settle();
        rig.platform.connect(ID, leaf, rig.platformTime().minus(Duration.ofMinutes(30)));

        rig.hint("dev-1");
        rig.settle();

        assertThat(state()).as("before it was admitted").isEqualTo(DeviceState.ENROLLED);
    }

    @Test
    void hintsShouldBeAsGoodManyTimesAndInAnyOrder() {
        X509Certificate leaf = rig.inService(device);
        rig.hint("dev-1");
        rig.connects("dev-1", leaf);
        for (int i = 0; i < 20; i++) {
            assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Pending.class);
        }
        rig.settle();
        int puts = rig.updateServerFaults.calls("put");
        for (int i = 0; i < 20; i++) {
            rig.hint("dev-1");
        }
        rig.settle();

        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.AlreadyProvisioned.class);
        rig.settle();
        assertThat(actions()).containsOnlyOnce(Action.DEVICE_CONNECTED);
        assertThat(rig.updateServerFaults.calls("put")).isEqualTo(puts).isEqualTo(1);
        assertThat(rig.platformFaults.calls("put")).isEqualTo(1);
        assertThat(rig.updateServer.known()).hasSize(1);
    }

    @Test
    void deviceThatIsConnectedShouldBePendingWhileItsTargetIs() {
        rig.updateServerFaults.breakDown("put");
        X509Certificate leaf = rig.inService(device);
        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        rig.bridge.runDue();
        assertThat(state()).isEqualTo(DeviceState.CONNECTED);

        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Pending.class);

        rig.updateServerFaults.heal("put");
        rig.settle();
        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.AlreadyProvisioned.class);
    }

    @Test
    void connectionThatCanBeReadOnlyAfterTheHintShouldBeNoticed() {
        X509Certificate leaf = rig.inService(device);
        assertThat(rig.bridge.connected(ID, "webhook")).isInstanceOf(ConnectionResult.Pending.class);
        rig.bridge.runDue();
        rig.clock.tick(Duration.ofMillis(50));
        rig.connects("dev-1", leaf);
        rig.bridge.runDue();

        rig.clock.tick(Duration.ofSeconds(1));
        rig.bridge.runDue();

        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void strangerAndOtherSpellingShouldBeIgnored() {
        rig.connected(device);
        List<Lane> before = rig.queue.lanes(ID);

        assertThat(rig.hint("dev-2")).isInstanceOf(ConnectionResult.Ignored.class);
        assertThat(rig.hint("DEV-1")).isInstanceOf(ConnectionResult.Ignored.class);

        assertThat(rig.queue.lanes(ID)).isEqualTo(before);
        assertThat(rig.store.find(new DeviceId("dev-2"))).isEmpty();
        assertThat(rig.queue.lanes(new DeviceId("dev-2"))).isEmpty();
    }

    @Test
    void deviceThatIsJustBeingEnrolledShouldBeIgnoredUntilItIs() throws Exception {
        Hold signing = rig.faults.holdBefore("sign", 1);
        FutureTask<Object> enrollment = new FutureTask<>(() -> rig.enroll(device));
        new Thread(enrollment).start();
        signing.awaitReached();

        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Ignored.class);

        signing.release();
        enrollment.get(30, TimeUnit.SECONDS);
        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Pending.class);
    }

    @Test
    void hintAboutADeviceOutsideShouldHaveBothSystemsLookedAt() {
        rig.connected(device);
        rig.bridge.operations().suspend(ID, "alice", "");
        rig.settle();
        int looks = rig.platformFaults.calls("look");
        int finds = rig.updateServerFaults.calls("find");

        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Refused.class);
        rig.settle();

        assertThat(rig.platformFaults.calls("look")).isGreaterThan(looks);
        assertThat(rig.updateServerFaults.calls("find")).isGreaterThan(finds);
        assertThat(state()).isEqualTo(DeviceState.SUSPENDED);
    }

    @Test
    void hintAboutADeviceOutOfServiceShouldRemoveWhatCameBack() {
        rig.connected(device);
        rig.clock.tick(Duration.ofMinutes(1));
        rig.bridge.operations().decommission(ID, "alice", "");
        rig.settle();
        rig.clock.tick(Duration.ofMinutes(1));
        rig.platform.addForeign("dev-1", new Credential.Other("X509_CERTIFICATE"));

        assertThat(rig.hint("dev-1")).isInstanceOf(ConnectionResult.Refused.class);
        rig.bridge.runDue();

        assertThat(rig.atPlatform("dev-1")).isEmpty();
        assertThat(actions()).containsOnlyOnce(Action.DEVICE_CAME_BACK);
    }

    @Test
    void connectionShouldBeNoticedThoughTheDeviceIsChangedAtTheSameTime() throws Exception {
        X509Certificate leaf = rig.inService(device);
        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        Hold seeing = rig.faults.holdBefore("commit Connected", 1);
        FutureTask<Integer> work = new FutureTask<>(() -> rig.bridge.runDue(Backend.PLATFORM));
        new Thread(work).start();
        seeing.awaitReached();
        // Counts the version on, and makes no lane of the platform due.
        long version = rig.device("dev-1").version();
        DeviceCertificate kept = rig.store.certificates(ID).get(0);
        rig.store.commit(new Change.PeerReplaced(
                kept,
                version,
                new TunnelPeer(rig.identity("other").peer(), TunnelPeer.Origin.BRIDGE, rig.clock.instant()),
                new AuditEvent(rig.clock.instant(), "dev-1", Action.PEER_REPLACED, "test", "")));
        seeing.release();
        work.get(30, TimeUnit.SECONDS);

        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void deviceThatIsSuspendedWhileItsConnectionIsNoticedShouldStayOutside() throws Exception {
        X509Certificate leaf = rig.inService(device);
        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        Hold looking = rig.platformFaults.holdAfter("look", 1);
        FutureTask<Integer> work = new FutureTask<>(() -> rig.bridge.runDue(Backend.PLATFORM));
        new Thread(work).start();
        looking.awaitReached();
        rig.bridge.operations().suspend(ID, "alice", "");
        looking.release();
        work.get(30, TimeUnit.SECONDS);
        rig.settle();

        assertThat(state()).isEqualTo(DeviceState.SUSPENDED);
        assertThat(rig.atPlatform("dev-1").orElseThrow().credential()).isEqualTo(new Credential.Quarantined());
        assertThat(rig.connects("dev-1", leaf)).isFalse();
        assertThat(rig.updateServer.known()).isEmpty();
        assertThat(actions()).doesNotContain(Action.DEVICE_CONNECTED);
    }
}
