package io.provisioningbridge.core.convergence;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goes wrong for one device, or for one kind of call, keeps no other one waiting. */
class OneDevicesTroubleTest {

    private final LifeRig rig = new LifeRig();

    private List<X509Certificate> enroll(int devices) {
        return IntStream.rangeClosed(1, devices)
                .mapToObj(i -> leaf(rig.enroll(rig.identity("dev-" + i))))
                .toList();
    }

    private static BackendUnavailableException limited(Duration retryAfter) {
        return new BackendUnavailableException("429", Effect.NONE, retryAfter);
    }

    @Test
    void deviceThePlatformFailsForShouldKeepNoOtherOneOfItsBatchWaiting() {
        rig.platformFaults.failBefore("look", 1);
        enroll(4);

        rig.bridge.runDue(Backend.PLATFORM);

        assertThat(rig.platform.known()).containsOnlyKeys("dev-2", "dev-3", "dev-4");
        assertThat(rig.lane("dev-1", Backend.PLATFORM).attempts()).isEqualTo(1);
        assertThat(rig.lane("dev-2", Backend.PLATFORM).problem()).isEmpty();
        rig.settle();
        assertThat(rig.platform.known()).hasSize(4);
    }

    @Test
    void certificateTheAuthorityFailsForShouldKeepNoOtherDeviceWaiting() {
        enroll(3);
        rig.settle();
        rig.faults.failBefore("revoke", 1);
        for (int i = 1; i <= 3; i++) {
            rig.bridge.operations().decommission(new DeviceId("dev-" + i), "alice", "");
        }

        rig.bridge.runDue(Backend.CERTIFICATE_AUTHORITY);

        assertThat(rig.authority.revoked()).hasSize(2);
        assertThat(rig.lane("dev-2", Backend.CERTIFICATE_AUTHORITY).state()).isEqualTo(Lane.State.DONE);
    }

    @Test
    void platformThatIsDownShouldBeAskedForTwoAndTheOthersKeepTheirTurn() {
        rig.platformFaults.breakDown("look");
        enroll(8);

        rig.bridge.runDue(Backend.PLATFORM);

        assertThat(rig.platformFaults.calls("look")).isEqualTo(2);
        for (int i = 3; i <= 8; i++) {
            Lane lane = rig.lane("dev-" + i, Backend.PLATFORM);
            assertThat(lane.attempts()).isZero();
            assertThat(lane.problem()).isEmpty();
        }
    }

    @Test
    void platformThatLimitsTheRateShouldRestThoughSomeOfABatchWentWell() {
        rig.platformFaults.failBefore("look", 3, () -> limited(Duration.ofMinutes(1)));
        enroll(8);

        for (int second = 0; second < 60; second++) {
            rig.bridge.runDue(Backend.PLATFORM);
            rig.clock.tick(Duration.ofSeconds(1));
        }
        assertThat(rig.platformFaults.calls("look")).isEqualTo(3);

        rig.bridge.runDue(Backend.PLATFORM);
        assertThat(rig.platform.known()).hasSize(8);
    }

    /** ThingsBoard does not say for how long. */
    @Test
    void platformThatLimitsTheRateWithoutATimeShouldRestAsWell() {
        rig.platformFaults
                .failBefore("look", 3, () -> limited(BackendUnavailableException.DEFAULT_RETRY_AFTER))
                .failBefore("look", 4, () -> limited(BackendUnavailableException.DEFAULT_RETRY_AFTER));
        enroll(8);

        for (int second = 0; second < 5; second++) {
            rig.bridge.runDue(Backend.PLATFORM);
            rig.clock.tick(Duration.ofSeconds(1));
        }
        assertThat(rig.platformFaults.calls("look")).isEqualTo(4);

        rig.bridge.runDue(Backend.PLATFORM);
        assertThat(rig.platform.known()).hasSize(8);
    }

    @Test
    void serverThatMakesNoTargetsShouldRemoveThemAllTheSame() {
        rig.connected(rig.identity("dev-1"));
        X509Certificate other = rig.inService(rig.identity("dev-2"));
        rig.connects("dev-2", other);
        rig.hint("dev-2");
        rig.bridge.runDue(Backend.PLATFORM);
        assertThat(rig.device("dev-2").state()).isEqualTo(DeviceState.CONNECTED);
        rig.updateServerFaults.breakDown("put");
        rig.bridge.operations().decommission(new DeviceId("dev-1"), "alice", "");

        rig.bridge.runDue(Backend.UPDATE_SERVER);

        assertThat(rig.updateServer.known()).isEmpty();
        assertThat(rig.lane("dev-1", Backend.UPDATE_SERVER).state()).isEqualTo(Lane.State.DONE);
        assertThat(rig.lane("dev-2", Backend.UPDATE_SERVER).problem()).contains("put");
        rig.updateServerFaults.heal("put");
        rig.settle();
        assertThat(rig.updateServer.known()).containsOnlyKeys("dev-2");
    }

    @Test
    void serverThatRemovesNoTargetsShouldMakeThemAllTheSame() {
        rig.connected(rig.identity("dev-1"));
        X509Certificate other = rig.inService(rig.identity("dev-2"));
        rig.connects("dev-2", other);
        rig.hint("dev-2");
        rig.bridge.runDue(Backend.PLATFORM);
        rig.updateServerFaults.breakDown("remove");
        rig.bridge.operations().decommission(new DeviceId("dev-1"), "alice", "");

        rig.bridge.runDue(Backend.UPDATE_SERVER);

        assertThat(rig.updateServer.known()).containsOnlyKeys("dev-1", "dev-2");
    }

    @Test
    void targetThatCannotBeLookedForShouldKeepNoOtherOneWaiting() {
        for (int i = 1; i <= 3; i++) {
            rig.connected(rig.identity("dev-" + i));
        }
        for (int i = 1; i <= 3; i++) {
            rig.bridge.operations().suspend(new DeviceId("dev-" + i), "alice", "");
        }
        rig.updateServerFaults.failBefore("find", 1);

        rig.bridge.runDue(Backend.UPDATE_SERVER);

        assertThat(rig.lane("dev-1", Backend.UPDATE_SERVER).attempts()).isEqualTo(1);
        assertThat(rig.lane("dev-2", Backend.UPDATE_SERVER).state()).isEqualTo(Lane.State.DONE);
        assertThat(rig.lane("dev-3", Backend.UPDATE_SERVER).state()).isEqualTo(Lane.State.DONE);
    }

    @Test
    void serverShouldNotCountAsThereForDevicesItWasNotAskedAbout() {
        enroll(1);
        rig.bridge.operations().retry(Set.of(new DeviceId("dev-1")), Backend.UPDATE_SERVER, "alice");
        UpdateServerConvergence convergence = new UpdateServerConvergence(
                rig.store, rig.updateServer, new Rechecks(Duration.ofMinutes(5)), rig.clock);
        List<Task> tasks = rig.queue.lease(Backend.UPDATE_SERVER, 10, rig.clock.instant(), convergence.lease());

        assertThat(convergence.converge(tasks)).singleElement().isInstanceOf(Verdict.Unasked.class);
    }
}
