package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.adapter.jdbc.JdbcDeviceStore;
import io.provisioningbridge.adapter.jdbc.SqliteStores;
import io.provisioningbridge.adapter.wireguard.UapiTunnelPeers;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.testkit.contract.StoreChanges;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a large fleet costs the bridge as a whole: store, lanes, and one real interface. Takes minutes, and wants the machine
 * for itself; run by hand:
 *
 * <pre>./mvnw test -pl app-javalin -am -Dtest=FleetAtTunnelSoakTest -Dtests.excluded= -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
@Tag("soak")
@RequiresServer({"wireguard-go", "wg", "ip", "unshare", "nsenter"})
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class FleetAtTunnelSoakTest {

    private static final int FLEET = 60_000;
    private static final int SMALL_FLEET = 1_000;
    private static final int SAMPLES = 200;

    @TempDir
    private Path directory;

    /** A store, an interface and the bridge between them. */
    private static final class Site implements AutoCloseable {

        private final WireGuardServer server;
        private final UapiTunnelPeers peers;
        private final JdbcDeviceStore store;
        private final ProvisioningBridge bridge;
        private final AtomicInteger devices = new AtomicInteger();

        Site(Path directory, long seed) {
            server = WireGuardServer.start(Subnet.parse("10.8.0.0/14").orThrow(), new Seeded(seed).peerKeyPair());
            peers = new UapiTunnelPeers(server.socket(), Duration.ofSeconds(60));
            store = SqliteStores.open(
                    directory.resolve(seed + ".db"),
                    AddressPools.parse("10.8.0.0/14").orThrow(),
                    InstantSource.system(),
                    new SecureRandom());
            bridge = ProvisioningBridge.builder()
                    .store(store)
                    .workQueue(store.workQueue())
                    .authority(new InMemoryCertificateAuthority(InstantSource.system()))
                    .csrReader(new SimpleCsrReader())
                    .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
                    .tunnelPeers(peers)
                    .build();
        }

        void enroll(int count) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(32);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    all.add(threads.submit(this::enrollOne));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            } finally {
                threads.shutdownNow();
            }
        }

        void enrollOne() {
            int number = devices.incrementAndGet();
            StoreChanges changes = new StoreChanges(number);
            Change.Reserved reserved =
                    changes.reserved("pump-" + number, InstantSource.system().instant());
            assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
            assertThat(store.commit(
                            changes.enrolled(reserved, InstantSource.system().instant())))
                    .isInstanceOf(Outcome.Committed.class);
        }

        void settle() {
            while (bridge.runDue(Backend.TUNNEL) > 0) {
                // until nothing is due
            }
        }

        @Override
        public void close() {
            bridge.close();
            peers.close();
            server.close();
        }
    }

    @Test
    void theFleetShouldNotMakeOneMoreDeviceDearAndBeBackSoonAfterARestart() throws Exception {
        try (Site small = new Site(directory, 1);
                Site large = new Site(directory, 2)) {
            small.enroll(SMALL_FLEET);
            large.enroll(FLEET);
            small.settle();
            Duration first = timed(large::settle);
            print("%d devices through the lanes into an empty interface: %.1f s", FLEET, first.toMillis() / 1e3);
            assertThat(large.peers.observe()).hasSize(FLEET);

            long[] costsOfFew = new long[SAMPLES];
            long[] costsOfMany = new long[SAMPLES];
            for (int i = 0; i < SAMPLES; i++) {
                costsOfFew[i] = oneMore(small);
                costsOfMany[i] = oneMore(large);
            }
            double few = median(costsOfFew);
            double many = median(costsOfMany);
            print("one more at %d: %.0f us; at %d: %.0f us; %.2f times", SMALL_FLEET, few, FLEET, many, many / few);

            large.server.restart();
            assertThat(large.peers.observe()).isEmpty();
            Duration again = timed(large::settle);
            print("all %d back after the interface was made anew: %.1f s", FLEET, again.toMillis() / 1e3);
            assertThat(large.peers.observe()).hasSize(FLEET + SAMPLES);

            assertThat(again).isLessThan(Duration.ofSeconds(90));
            assertThat(many / few).isLessThanOrEqualTo(1.5);
        }
    }

    /** From the enrollment's first commit until the server knows the peer, in nanoseconds. */
    private static long oneMore(Site site) {
        return timed(() -> {
                    site.enrollOne();
                    assertThat(site.bridge.runDue(Backend.TUNNEL)).isPositive();
                })
                .toNanos();
    }

    private static Duration timed(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static double median(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2] / 1e3;
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void print(String format, Object... values) {
        System.out.println("soak: " + String.format(Locale.ROOT, format, values));
    }
}
