package io.provisioningbridge.core.convergence;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.EnrollmentResult.Refused;
import io.provisioningbridge.core.enrollment.RefusalReason;
import io.provisioningbridge.core.operation.ExplainDevice.Rule;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SuspendTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private final LifeRig rig = new LifeRig();
    private final Identity device = rig.identity("dev-1");

    private void suspend() {
        assertThat(rig.bridge.operations().suspend(ID, "alice", "stolen?")).isInstanceOf(LifecycleResult.Settled.class);
    }

    private static void assertSuspended(EnrollmentResult result) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.DEVICE_SUSPENDED));
    }

    @Test
    void suspendedDeviceShouldHaveNoPeerAndBeRefusedAtEveryDoor() {
        X509Certificate current = rig.inService(device);
        suspend();
        rig.settle();

        assertThat(rig.peers.known()).isEmpty();
        assertSuspended(rig.enroll(device));
        assertSuspended(rig.renew(rig.identity("dev-1"), current));
        assertThat(rig.confirm("dev-1", current))
                .isInstanceOfSatisfying(
                        ConfirmationResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(ConfirmationResult.Reason.DEVICE_SUSPENDED));
        assertThat(rig.store.certificates(ID)).allMatch(kept -> kept.revocation() == Revocation.NONE);
        assertThat(rig.bridge.operations().explain(ID).rule()).isEqualTo(Rule.SUSPENDED);
    }

    @Test
    void resumedDeviceShouldBeAsItWas() {
        X509Certificate current = rig.inService(device);
        Device before = rig.device("dev-1");
        suspend();
        rig.settle();

        assertThat(rig.bridge.operations().resume(ID, "alice", "found")).isInstanceOf(LifecycleResult.Settled.class);
        rig.settle();

        assertThat(rig.device("dev-1").address()).isEqualTo(before.address());
        assertThat(rig.device("dev-1").peer()).isEqualTo(before.peer());
        assertThat(rig.device("dev-1").state()).isEqualTo(DeviceState.ENROLLED);
        assertThat(leaf(rig.enroll(device))).as("the stored answer").isEqualTo(current);
        rig.assertTunnelIsAsItShouldBe();
    }

    @Test
    void againShouldChangeNothing() {
        rig.inService(device);
        suspend();
        long version = rig.device("dev-1").version();

        suspend();

        assertThat(rig.device("dev-1").version()).isEqualTo(version);
        rig.bridge.operations().resume(ID, "alice", "");
        rig.bridge.operations().resume(ID, "alice", "");
        assertThat(rig.device("dev-1").version()).isEqualTo(version + 1);
    }

    /** A call that was given up before the suspension may still take effect after it. */
    @Test
    void suspendedDeviceThatALateCallLetsInAgainShouldBeShutOutOnceThatHasEnded() {
        X509Certificate current = rig.connected(device);
        Seen target = rig.target("dev-1").orElseThrow();
        rig.clock.tick(Duration.ofSeconds(1));
        suspend();
        rig.bridge.runDue();
        rig.platform.addForeign("dev-1", new Credential.Certificate(CertificateHash.of(current)));
        rig.updateServer.addForeign(target);

        rig.clock.tick(rig.platform.deadline());
        rig.bridge.runDue();

        assertThat(rig.connects("dev-1", current)).isFalse();
        assertThat(rig.target("dev-1")).isEmpty();
        assertThat(rig.lane("dev-1", Backend.PLATFORM).nextTry()).as("once").isEmpty();
        assertThat(rig.lane("dev-1", Backend.UPDATE_SERVER).nextTry()).isEmpty();
    }

    @Test
    void suspendedDeviceShouldBeDecommissionedAsAnyOther() {
        rig.inService(device);
        suspend();
        rig.clock.tick(Duration.ofMinutes(1));
        rig.bridge.operations().decommission(ID, "alice", "");
        rig.settle();

        rig.assertOutside("dev-1");
        assertThat(rig.bridge.operations().resume(ID, "alice", "")).isInstanceOf(LifecycleResult.WrongState.class);
    }
}
