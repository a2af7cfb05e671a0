package io.provisioningbridge.core.decommission;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.EnrollmentResult.Refused;
import io.provisioningbridge.core.enrollment.RefusalReason;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecommissionTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private LifeRig rig = new LifeRig();
    private Identity device = rig.identity("dev-1");

    private void decommission() {
        assertThat(rig.bridge.operations().decommission(ID, "alice", "sold"))
                .isInstanceOf(LifecycleResult.Settled.class);
    }

    private DecommissionReceipt receipt() {
        return rig.bridge.operations().receipt(ID).orElseThrow();
    }

    private static RefusalReason refusal(EnrollmentResult result) {
        assertThat(result).isInstanceOf(Refused.class);
        return ((Refused) result).reason();
    }

    @Test
    void deviceShouldBeOutEverywhereAndTheReceiptSayHowThatIsKnown() {
        X509Certificate first = rig.inService(device);
        X509Certificate second = leaf(rig.renew(rig.identity("dev-1"), first));
        rig.clock.tick(Duration.ofHours(1));

        decommission();
        rig.settle();
        rig.clock.tick(Duration.ofSeconds(1));
        rig.bridge.publish();

        rig.assertOutside("dev-1");
        assertThat(rig.authority.revoked()).contains(first.getSerialNumber(), second.getSerialNumber());
        assertThat(rig.directory.addresses()).isEmpty();
        DecommissionReceipt receipt = receipt();
        assertThat(receipt.isComplete()).isTrue();
        assertThat(receipt.operator()).isEqualTo("alice");
        assertThat(receipt.reason()).isEqualTo("sold");
        assertThat(receipt.decommissioned()).isEqualTo(LifeRig.START.plus(Duration.ofHours(1)));
        assertThat(receipt.certificates()).hasSize(2);
        assertThat(receipt.neverReceived()).isEmpty();
        assertThat(receipt.lanes())
                .hasSize(Backend.values().length)
                .allSatisfy(lane ->
                        assertThat(lane.observation().orElseThrow().evidence()).isEqualTo(Evidence.OBSERVED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev-1", "DEV-1", "Dev-1"})
    void everySpellingShouldBeRefusedAtEveryDoor(String spelling) {
        X509Certificate leaf = rig.inService(device);
        decommission();

        Identity again = rig.identity(spelling);
        assertThat(refusal(rig.enroll(again))).isEqualTo(RefusalReason.DEVICE_DECOMMISSIONED);
        assertThat(refusal(rig.renew(again, leaf))).isEqualTo(RefusalReason.DEVICE_DECOMMISSIONED);
        assertThat(rig.confirm(spelling, leaf))
                .isInstanceOfSatisfying(
                        ConfirmationResult.Refused.class,
                        refused -> assertThat(refused.reason())
                                .isEqualTo(ConfirmationResult.Reason.DEVICE_DECOMMISSIONED));
        assertThat(rig.bridge.operations().suspend(new DeviceId(spelling), "alice", ""))
                .isInstanceOf(LifecycleResult.WrongState.class);
        assertThat(rig.authority.issued()).hasSize(1);
    }

    @Test
    void againShouldChangeNothing() {
        rig.inService(device);
        decommission();
        rig.settle();
        int events = rig.store.events(ID).size();

        decommission();
        rig.bridge.runDue();

        assertThat(rig.store.events(ID)).hasSize(events);
    }

    @Test
    void strangerShouldBeUnknown() {
        assertThat(rig.bridge.operations().decommission(ID, "alice", ""))
                .isInstanceOf(LifecycleResult.UnknownDevice.class);
        assertThat(rig.bridge.operations().receipt(ID)).isEmpty();
    }

    @Test
    void authorityThatIsDownForHoursShouldHoldUpNothingElse() {
        rig.inService(device);
        rig.faults.breakDown("revoke");
        decommission();
        for (int minute = 0; minute < 300; minute++) {
            rig.bridge.runDue();
            rig.clock.tick(Duration.ofMinutes(1));
        }

        assertThat(rig.peers.known()).isEmpty();
        assertThat(receipt().isComplete()).isFalse();
        assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.DONE);
        Lane waiting = rig.lane("dev-1", Backend.CERTIFICATE_AUTHORITY);
        assertThat(waiting.state()).isEqualTo(Lane.State.DUE);
        assertThat(waiting.problem()).contains("revoke is not available");
        assertThat(waiting.since()).isEqualTo(receipt().decommissioned());
        assertThat(waiting.nextTry().orElseThrow()).isAfter(rig.clock.instant());

        rig.faults.heal("revoke");
        rig.settle();

        rig.assertOutside("dev-1");
        assertThat(receipt().isComplete()).isTrue();
    }

    @Test
    void addressShouldRestOnlyAfterThePeerWasSeenGone() {
        rig = new LifeRig("10.8.0.0/30", Evidence.OBSERVED);
        device = rig.identity("dev-1");
        rig.inService(device);
        TunnelAddress address = rig.device("dev-1").address();
        rig.faults.breakDown("observe");
        decommission();
        rig.bridge.runDue();
        assertThat(rig.peers.known()).as("removed, but nobody has looked").isEmpty();
        rig.clock.tick(LifeRig.QUARANTINE.multipliedBy(2));
        assertThat(rig.enroll(rig.identity("dev-2")))
                .as("its address is nobody else's yet")
                .isInstanceOf(EnrollmentResult.Deferred.class);

        rig.faults.heal("observe");
        rig.settle();
        assertThat(rig.enroll(rig.identity("dev-2"))).as("it rests").isInstanceOf(EnrollmentResult.Deferred.class);
        rig.clock.tick(LifeRig.QUARANTINE);

        leaf(rig.enroll(rig.identity("dev-2")));
        assertThat(rig.device("dev-2").address()).isEqualTo(address);
    }

    @Test
    void whatWasOnlyWrittenDownShouldNotBeCalledObserved() {
        rig = new LifeRig("10.8.0.0/24", Evidence.PROJECTED);
        device = rig.identity("dev-1");
        rig.inService(device);
        rig.clock.tick(Duration.ofMinutes(1));
        decommission();
        rig.settle();

        assertThat(rig.lane("dev-1", Backend.TUNNEL).observation().orElseThrow().evidence())
                .isEqualTo(Evidence.PROJECTED);
        assertThat(rig.lane("dev-1", Backend.CERTIFICATE_AUTHORITY)
                        .observation()
                        .orElseThrow()
                        .evidence())
                .isEqualTo(Evidence.OBSERVED);
    }

    @Test
    void peerThatComesBackShouldBeRemovedAndTheReceiptLookedAtAgainAfterAnHourAndADay() {
        rig.inService(device);
        decommission();
        rig.settle();
        Instant first =
                rig.lane("dev-1", Backend.TUNNEL).observation().orElseThrow().at();
        rig.peers.addForeign(device.peer(), Set.of("10.8.0.2/32"));

        rig.clock.tick(Duration.ofHours(1));
        rig.bridge.runDue();

        assertThat(rig.peers.known()).isEmpty();
        assertThat(rig.lane("dev-1", Backend.TUNNEL).observation().orElseThrow().at())
                .isAfterOrEqualTo(first.plus(Duration.ofHours(1)));
        assertThat(receipt().isComplete()).isTrue();
        rig.clock.tick(Duration.ofHours(23));
        int asked = rig.faults.calls("revoke");
        rig.bridge.runDue();
        assertThat(rig.faults.calls("revoke"))
                .as("the authority is asked again")
                .isEqualTo(asked + 1);
        rig.clock.tick(Duration.ofDays(20));
        int observed = rig.faults.calls("revoke");
        rig.bridge.runDue();
        assertThat(rig.faults.calls("revoke")).as("and then no more").isEqualTo(observed);
    }

    @Test
    void certificateThatNeverArrivedShouldStandInTheReceipt() {
        rig.inService(device);
        rig.faults.failAfter("sign", 1);
        rig.clock.tick(Duration.ofDays(31));
        assertThat(rig.enroll(device)).isInstanceOf(EnrollmentResult.Deferred.class);

        decommission();
        rig.settle();

        assertThat(receipt().neverReceived()).hasSize(1);
        rig.assertOutside("dev-1");
    }

    @Test
    void refusedRevocationShouldFailTheLaneUntilAnOperatorRetries() {
        X509Certificate leaf = rig.inService(device);
        for (int call = 1; call <= 3; call++) {
            rig.faults.failBefore(
                    "revoke", call, () -> new BackendRefusedException("not by you", Fault.BACKEND, Effect.NONE));
        }
        decommission();
        rig.bridge.runDue();
        rig.clock.tick(Duration.ofDays(1));
        rig.bridge.runDue();

        Lane failed = rig.lane("dev-1", Backend.CERTIFICATE_AUTHORITY);
        assertThat(failed.state()).isEqualTo(Lane.State.FAILED);
        assertThat(failed.problem()).contains(DeviceCertificate.text(leaf.getSerialNumber()), "not by you");
        assertThat(rig.faults.calls("revoke")).as("not tried again by itself").isEqualTo(1);

        rig.bridge.operations().retry(Set.of(ID), Backend.CERTIFICATE_AUTHORITY, "alice");
        rig.bridge.runDue();
        assertThat(rig.faults.calls("revoke")).isEqualTo(2);
    }

    @Test
    void readmittedIdShouldInheritNothing() {
        rig.inService(device);
        TunnelAddress old = rig.device("dev-1").address();
        decommission();
        assertThat(rig.bridge.operations().readmit(ID, "alice", ""))
                .as("the server may still know its peer")
                .isInstanceOf(LifecycleResult.StillLeaving.class);
        rig.settle();

        assertThat(rig.bridge.operations().readmit(ID, "alice", "")).isInstanceOf(LifecycleResult.Settled.class);

        assertThat(refusal(rig.enroll(device))).as("its old key").isEqualTo(RefusalReason.CERTIFICATE_KEY_IN_USE);
        leaf(rig.enroll(rig.identity("dev-1")));
        rig.settle();
        assertThat(rig.device("dev-1").incarnation()).isEqualTo(new Incarnation(2));
        assertThat(rig.device("dev-1").address()).isNotEqualTo(old);
        assertThat(rig.store.certificates(ID))
                .extracting(DeviceCertificate::revocation)
                .containsExactly(DeviceCertificate.Revocation.DONE, DeviceCertificate.Revocation.NONE);
        rig.assertTunnelIsAsItShouldBe();
        assertThat(rig.bridge.operations().receipt(ID)).isEmpty();
    }

    @Test
    void deviceInServiceShouldNotBeReadmitted() {
        rig.inService(device);

        assertThat(rig.bridge.operations().readmit(ID, "alice", "")).isInstanceOf(LifecycleResult.WrongState.class);
        assertThat(rig.bridge.operations().readmit(new DeviceId("other"), "alice", ""))
                .isInstanceOf(LifecycleResult.UnknownDevice.class);
    }
}
