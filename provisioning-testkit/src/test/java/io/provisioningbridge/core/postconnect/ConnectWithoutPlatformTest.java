package io.provisioningbridge.core.postconnect;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.Hold;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What follows when a device is said to have connected, and there is no platform that could be asked. */
class ConnectWithoutPlatformTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private final LifeRig rig = new LifeRig();
    private final Identity device = rig.identity("dev-1");

    private DeviceState state() {
        return rig.device("dev-1").state();
    }

    @Test
    void withoutAPlatformTheHintItselfShouldCount() {
        ProvisioningBridge bridge = rig.builder().updateServer(rig.updateServer).build();
        leaf(bridge.enroll(LifeRig.request(device)));

        assertThat(bridge.connected(ID, "webhook")).isInstanceOf(ConnectionResult.Pending.class);
        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
        bridge.runDue();

        assertThat(rig.target("dev-1")).isPresent();
        assertThat(rig.platformFaults.calls("put")).isZero();
        assertThat(bridge.connected(ID, "webhook")).isInstanceOf(ConnectionResult.AlreadyProvisioned.class);
        assertThat(rig.store.certificates(ID))
                .as("it says nothing of a certificate")
                .extracting(DeviceCertificate::standing)
                .containsExactly(Standing.ISSUED);
    }

    @Test
    void withNeitherSystemNothingShouldBeLeftToDo() {
        ProvisioningBridge bridge = rig.builder().build();
        leaf(bridge.enroll(LifeRig.request(device)));

        assertThat(bridge.connected(ID, "webhook")).isInstanceOf(ConnectionResult.Provisioned.class);
        assertThat(bridge.connected(ID, "webhook")).isInstanceOf(ConnectionResult.AlreadyProvisioned.class);
        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void laneOfASystemThatIsNoLongerThereShouldKeepNoDevicePending() {
        rig.platformFaults.breakDown("look");
        leaf(rig.enroll(device));
        rig.bridge.runDue();
        assertThat(rig.lane("dev-1", Backend.PLATFORM).state()).isEqualTo(Lane.State.DUE);
        ProvisioningBridge bridge = rig.builder().build();

        assertThat(bridge.connected(ID, "webhook")).isInstanceOf(ConnectionResult.Provisioned.class);
    }

    /** Nothing else would make it connected: whoever says so has to say it again. */
    @Test
    void hintShouldNotBeTakenWhileOthersChangeTheDeviceAllTheTime() throws Exception {
        ProvisioningBridge bridge = rig.builder().build();
        leaf(bridge.enroll(LifeRig.request(device)));
        FutureTask<ConnectionResult> hint = new FutureTask<>(() -> bridge.connected(ID, "webhook"));
        Hold connecting = rig.faults.holdBefore("commit Connected", 1);
        new Thread(hint).start();
        for (int round = 1; round <= 8; round++) {
            connecting.awaitReached();
            bridge.operations().suspend(ID, "alice", "");
            bridge.operations().resume(ID, "alice", "");
            Hold before = connecting;
            connecting = round < 8 ? rig.faults.holdBefore("commit Connected", 1) : before;
            before.release();
        }

        assertThatThrownBy(() -> hint.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(BackendUnavailableException.class);
        assertThat(state()).isEqualTo(DeviceState.ENROLLED);
        assertThat(bridge.connected(ID, "webhook")).isInstanceOf(ConnectionResult.Provisioned.class);
        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
    }
}
