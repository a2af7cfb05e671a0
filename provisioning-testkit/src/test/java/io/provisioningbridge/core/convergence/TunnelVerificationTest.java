package io.provisioningbridge.core.convergence;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.testkit.fixture.Hold;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TunnelVerificationTest {

    private static final Duration ROUND = Duration.ofMinutes(1);

    private final LifeRig rig = new LifeRig();
    private final PeerKey foreign = new Seeded(99).peerKey();

    @Test
    void serverThatLostEverythingShouldGetItBackAtOnce() {
        for (int i = 0; i < 100; i++) {
            rig.enroll(rig.identity("dev-" + i));
        }
        rig.settle();
        rig.peers.loseEverything();

        rig.bridge.runDue();

        assertThat(rig.peers.known()).hasSize(100);
        rig.assertTunnelIsAsItShouldBe();
    }

    @Test
    void peerThatWasTakenAwayOrChangedByHandShouldBeMendedWithinARound() {
        Identity one = rig.identity("dev-1");
        Identity two = rig.identity("dev-2");
        rig.inService(one);
        rig.inService(two);
        rig.peers.addForeign(one.peer(), Set.of("10.8.0.2/32", "0.0.0.0/0"));
        rig.peers.remove(List.of(two.peer()));

        rig.bridge.runDue();
        assertThat(rig.peers.known()).as("it is not time yet").doesNotContainKey(two.peer());
        rig.clock.tick(ROUND);
        rig.bridge.runDue();

        rig.assertTunnelIsAsItShouldBe();
    }

    @Test
    void peersOfOthersShouldStayAndTheirAddressesBeGivenToNobody() {
        rig.peers.addForeign(foreign, Set.of("10.8.0.2/32", "192.168.7.0/24"));
        rig.bridge.runDue();

        rig.inService(rig.identity("dev-1"));

        assertThat(rig.device("dev-1").address()).hasToString("10.8.0.3");
        assertThat(rig.peers.known()).containsEntry(foreign, Set.of("10.8.0.2/32", "192.168.7.0/24"));
    }

    @Test
    void deviceWhoseAddressIsAForeignPeersShouldWaitUntilThatIsGone() {
        leaf(rig.enroll(rig.identity("dev-1")));
        rig.peers.addForeign(foreign, Set.of("10.8.0.2/32"));
        rig.bridge.runDue();

        Lane lane = rig.lane("dev-1", Backend.TUNNEL);
        assertThat(lane.state()).isEqualTo(Lane.State.FAILED);
        assertThat(lane.problem()).contains("10.8.0.2", foreign.base64());
        assertThat(rig.peers.known()).containsOnlyKeys(foreign);

        rig.peers.remove(List.of(foreign));
        rig.clock.tick(ROUND);
        rig.bridge.runDue();

        assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.DONE);
        rig.assertTunnelIsAsItShouldBe();
    }

    @Test
    void foreignPeerThatGoesWhileTheBridgeIsDownShouldHoldUpNobodyAfterwards() {
        leaf(rig.enroll(rig.identity("dev-1")));
        rig.peers.addForeign(foreign, Set.of("10.8.0.2/32"));
        rig.bridge.runDue();
        assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.FAILED);
        rig.peers.remove(List.of(foreign));

        rig.another().runDue();

        assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.DONE);
        rig.assertTunnelIsAsItShouldBe();
    }

    /** Its lease is over, its decision is stale, and it goes on all the same. */
    @Test
    void pausedWorkerShouldNotKeepARemovedPeerInForLongerThanARound() throws Exception {
        rig.inService(rig.identity("dev-1"));
        rig.peers.loseEverything();
        Hold paused = rig.faults.holdBefore("put", 1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> worker = other.submit(() -> rig.bridge.runDue());
            paused.awaitReached();
            rig.bridge.operations().decommission(new DeviceId("dev-1"), "alice", "");
            rig.clock.tick(Duration.ofMinutes(5));
            rig.another().runDue(Backend.TUNNEL);
            assertThat(rig.lane("dev-1", Backend.TUNNEL).state()).isEqualTo(Lane.State.DONE);

            paused.release();
            worker.get(30, TimeUnit.SECONDS);
            assertThat(rig.peers.known()).as("what it put, it put").hasSize(1);
        } finally {
            other.shutdownNow();
        }
        rig.clock.tick(ROUND);
        rig.bridge.runDue();

        assertThat(rig.peers.known()).isEmpty();
        rig.assertTunnelIsAsItShouldBe();
    }

    @Test
    void newKeyShouldTakeTheOldOnesPlaceAtTheSameAddress() {
        Identity first = rig.identity("dev-1");
        X509Certificate current = rig.inService(first);
        Identity second = rig.identity("dev-1");
        leaf(rig.renew(second, current));
        rig.settle();

        assertThat(rig.peers.known()).containsOnlyKeys(second.peer());
        assertThat(rig.peers.known()).containsEntry(second.peer(), Set.of("10.8.0.2/32"));
    }

    @Test
    void serverThatCannotBeReadShouldBeAskedAgainSoon() {
        rig.inService(rig.identity("dev-1"));
        rig.peers.loseEverything();
        rig.faults.failBefore("observe", 1);
        rig.bridge.runDue();
        assertThat(rig.peers.known()).isEmpty();

        rig.clock.tick(Duration.ofSeconds(5));
        rig.bridge.runDue();

        assertThat(rig.peers.known()).hasSize(1);
    }
}
