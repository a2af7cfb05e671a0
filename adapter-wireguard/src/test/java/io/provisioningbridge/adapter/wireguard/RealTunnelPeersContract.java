package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import io.provisioningbridge.testkit.contract.TunnelPeersContract;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.WireGuardDevice;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract, and what only a running server shows, against one real wireguard-go, which every test of a class shares. */
@RequiresServer({"wireguard-go", "wg", "ip", "ping", "unshare", "nsenter"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RealTunnelPeersContract implements TunnelPeersContract {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(700);

    /** WireGuard takes it; nobody else should. */
    private static final String ALL_ZERO_KEY = "A".repeat(43) + "=";

    private final Seeded seeded = new Seeded(4711);
    private final WireGuardServer server =
            WireGuardServer.start(Subnet.parse("10.8.0.0/15").orThrow(), seeded.peerKeyPair());
    private final TunnelPeers peers = peers(server, DEADLINE);

    /** The implementation under test, for this server. */
    abstract TunnelPeers peers(WireGuardServer of, Duration deadline);

    @BeforeEach
    void forgetAllPeers() {
        server.removeAll();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    public TunnelPeers peers() {
        return peers;
    }

    @Override
    public Map<PeerKey, Set<String>> known() {
        return server.allowedIps();
    }

    @Override
    public void addForeign(PeerKey key, Set<String> allowedIps) {
        server.add(key, allowedIps);
    }

    @Override
    public void loseEverything() {
        server.restart();
    }

    @Override
    public void goAway() {
        server.stop();
    }

    @Override
    public void comeBack() {
        server.start();
    }

    @Test
    void evidenceShouldBeThatOfWhoAskedTheServer() {
        assertThat(peers.evidence()).isEqualTo(Evidence.OBSERVED);
    }

    @Test
    void observeShouldLeaveOutAKeyThatIsNone() {
        server.run("wg", "set", WireGuardServer.INTERFACE, "peer", ALL_ZERO_KEY, "allowed-ips", "10.9.0.1/32");
        try {
            peers.put(List.of(assign(KEYS.get(0), 2)));

            assertThat(peers.observe()).isEqualTo(Map.of(KEYS.get(0), Set.of("10.8.0.2/32")));
        } finally {
            server.run("wg", "set", WireGuardServer.INTERFACE, "peer", ALL_ZERO_KEY, "remove");
        }
    }

    @Test
    void epochShouldBeUnknownBeforeTheServerIsThereForTheFirstTime() {
        server.stop();
        TunnelPeers early = peers(server, DEADLINE);
        long before = early.epoch();
        server.start();

        assertThat(early.epoch()).isNotEqualTo(before);
    }

    @Test
    void callsShouldEndWhenTheServerHangs() {
        TunnelPeers hasty = peers(server, SHORT);
        server.pause();
        try {
            for (Runnable call : List.<Runnable>of(
                    () -> hasty.put(List.of(assign(KEYS.get(0), 2))),
                    () -> hasty.remove(List.of(KEYS.get(0))),
                    hasty::observe)) {
                long start = System.nanoTime();
                assertThatThrownBy(call::run).isInstanceOf(BackendUnavailableException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT.plusSeconds(2));
            }
            hasty.epoch();
        } finally {
            server.resume();
        }
        assertThat(peers.put(List.of(assign(KEYS.get(1), 3)))).containsExactly(new Result.Done());
        assertThat(peers.observe()).containsKey(KEYS.get(1));
    }

    @Test
    void sessionsShouldLiveThroughChangesAndEndWithTheirPeer() {
        PeerKeyPair pair = seeded.peerKeyPair();
        Assignment own = assign(pair.publicKey(), 2);
        peers.put(List.of(own, assign(KEYS.get(0), 3)));
        WireGuardDevice device = server.device(pair, own.address());
        assertThat(device.reachesServer(Duration.ofSeconds(20))).isTrue();
        long handshake = server.handshakes().getOrDefault(own.key(), 0L);
        long received = server.received(own.key());

        peers.put(List.of(assign(KEYS.get(1), 4)));
        peers.put(List.of(own));
        peers.put(List.of(assign(KEYS.get(2), 3, KEYS.get(0))));
        peers.remove(List.of(KEYS.get(1)));
        WireGuardDevice.Pings pings = device.ping(10, Duration.ofMillis(200));

        assertThat(pings.lost()).isZero();
        assertThat(server.handshakes()).containsEntry(own.key(), handshake);
        assertThat(server.received(own.key())).isGreaterThan(received);

        peers.remove(List.of(own.key()));
        assertThat(peers.observe()).doesNotContainKey(own.key());
        assertThat(device.ping(5, Duration.ofMillis(200)).answered()).isZero();
    }

    static Assignment assign(PeerKey key, int host, PeerKey... replaces) {
        return new Assignment(key, new TunnelAddress((10L << 24) + (8L << 16) + host), Set.of(replaces));
    }
}
