package io.provisioningbridge.adapter.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.RequiresServer;
import io.provisioningbridge.testkit.server.WireGuardDevice;
import io.provisioningbridge.testkit.server.WireGuardDevice.Pings;
import io.provisioningbridge.testkit.server.WireGuardServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a large fleet costs on one real interface. Takes minutes, and wants the machine for itself; run by hand:
 *
 * <pre>./mvnw test -pl adapter-wireguard -am -Dtest=TunnelSoakTest -Dtests.excluded= -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
@Tag("soak")
@RequiresServer({"wireguard-go", "wg", "ip", "ping", "unshare", "nsenter"})
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class TunnelSoakTest {

    private static final int FLEET = 60_000;
    private static final int SMALL_FLEET = 1_000;
    private static final int LIMIT = 65_536;
    private static final int BATCH = 2_000;
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Random random = new Random(60_000);
    private final Seeded seeded = new Seeded(60_000);

    @Test
    void theFleetShouldNotMakeOneMoreDeviceDearByTheSocket() {
        grow("uapi", (server, deadline) -> new UapiTunnelPeers(server.socket(), deadline));
    }

    @Test
    void theFleetShouldNotMakeOneMoreDeviceDearByTheCommand() {
        grow(
                "command",
                (server, deadline) -> new CommandTunnelPeers(WireGuardServer.INTERFACE, server.inside(), deadline));
    }

    private void grow(String name, BiFunction<WireGuardServer, Duration, TunnelPeers> adapter) {
        try (WireGuardServer small = server();
                WireGuardServer large = server()) {
            TunnelPeers few = adapter.apply(small, DEADLINE);
            TunnelPeers many = adapter.apply(large, DEADLINE);
            List<Assignment> fleet = assignments(0, LIMIT);
            List<Assignment> comers = assignments(LIMIT, 1_000);

            putAll(few, fleet.subList(0, SMALL_FLEET));
            Duration load = timed(() -> putAll(many, fleet.subList(0, FLEET)));
            print("%s: %d peers into an empty interface: %.1f s", name, FLEET, load.toMillis() / 1e3);
            double ratio = costOfOneMore(name, few, many, comers);
            Duration again = timed(() -> putAll(many, fleet.subList(0, FLEET)));
            print("%s: the same %d again: %.1f s", name, FLEET, again.toMillis() / 1e3);
            Duration readBack = timed(() -> assertThat(many.observe()).hasSize(FLEET));
            print("%s: reading %d back: %d ms", name, FLEET, readBack.toMillis());

            putAll(many, fleet.subList(FLEET, LIMIT));
            assertFull(many, fleet, comers);
            assertThat(load).isLessThan(Duration.ofSeconds(90));
            assertThat(ratio).as("cost of one more").isLessThanOrEqualTo(1.5);
        }
    }

    private static void assertFull(TunnelPeers peers, List<Assignment> fleet, List<Assignment> comers) {
        List<PeerKey> unknown = comers.stream().map(Assignment::key).toList();
        assertThat(peers.remove(unknown)).hasSize(unknown.size()).containsOnly(new Result.Done());
        Assignment known = fleet.get(0);
        assertThat(peers.put(List.of(new Assignment(known.key(), known.address(), Set.copyOf(unknown)))))
                .containsExactly(new Result.Done());

        int room = 100;
        peers.remove(fleet.subList(0, room).stream().map(Assignment::key).toList());
        List<Result> results = peers.put(comers);
        assertThat(results).hasSize(comers.size());
        assertThat(results.subList(0, room)).containsOnly(new Result.Done());
        assertThat(results.subList(room, comers.size()))
                .allSatisfy(
                        result -> assertThat(((Result.Refused) result).why()).contains("65,536"));
        assertThat(peers.observe()).hasSize(LIMIT);
    }

    /** Both in turn, so that whatever else the machine does falls on both alike. */
    private static double costOfOneMore(String name, TunnelPeers few, TunnelPeers many, List<Assignment> comers) {
        long[] costsOfFew = new long[comers.size()];
        long[] costsOfMany = new long[comers.size()];
        for (int i = 0; i < comers.size(); i++) {
            List<Assignment> comer = comers.subList(i, i + 1);
            costsOfFew[i] = timed(() -> putAll(few, comer)).toNanos();
            costsOfMany[i] = timed(() -> putAll(many, comer)).toNanos();
        }
        List<PeerKey> gone = comers.stream().map(Assignment::key).toList();
        few.remove(gone);
        many.remove(gone);
        double medianOfFew = report(name + ": one more at " + SMALL_FLEET, costsOfFew);
        double medianOfMany = report(name + ": one more at " + FLEET, costsOfMany);
        print("%s: %.2f times as much at %d as at %d", name, medianOfMany / medianOfFew, FLEET, SMALL_FLEET);
        return medianOfMany / medianOfFew;
    }

    @Test
    void devicesThatComeAndGoShouldNotDisturbAnother() throws InterruptedException {
        int pings = 600;
        Duration every = Duration.ofMillis(20);
        try (WireGuardServer server = server();
                UapiTunnelPeers peers = new UapiTunnelPeers(server.socket(), DEADLINE)) {
            List<Assignment> fleet = assignments(0, FLEET);
            putAll(peers, fleet.subList(1, FLEET));
            PeerKeyPair pair = seeded.peerKeyPair();
            Assignment own = new Assignment(pair.publicKey(), fleet.get(0).address(), Set.of());
            putAll(peers, List.of(own));
            WireGuardDevice device = server.device(pair, own.address());
            assertThat(device.reachesServer(Duration.ofSeconds(20))).isTrue();

            Pings control = device.ping(pings, every);
            print("ping, control at %d peers: %d of %d lost", FLEET, control.lost(), control.sent());
            CompletableFuture<Pings> stream = CompletableFuture.supplyAsync(() -> device.ping(pings, every));
            comeAndGo(peers, assignments(LIMIT, 500), Duration.ofMillis(10));
            Pings churned = stream.join();
            print("ping, 500 came and 500 went: %d of %d lost", churned.lost(), churned.sent());

            assertThat(churned.lost()).isLessThanOrEqualTo(control.lost());
        }
    }

    /** All come, then all go, one after another at that pace; and everything is read back half way. */
    private static void comeAndGo(TunnelPeers peers, List<Assignment> devices, Duration pace)
            throws InterruptedException {
        List<Runnable> steps = new ArrayList<>();
        devices.forEach(device -> steps.add(() -> putAll(peers, List.of(device))));
        steps.add(peers::observe);
        devices.forEach(device -> steps.add(() -> peers.remove(List.of(device.key()))));
        Iterator<Runnable> step = steps.iterator();
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            // Never completes: what goes wrong is in the other.
            ScheduledFuture<?> unused = ticker.scheduleAtFixedRate(
                    () -> {
                        try {
                            step.next().run();
                            if (!step.hasNext()) {
                                done.complete(null);
                            }
                        } catch (RuntimeException | AssertionError e) {
                            done.completeExceptionally(e);
                        }
                    },
                    0,
                    pace.toNanos(),
                    TimeUnit.NANOSECONDS);
            done.join();
        } finally {
            ticker.shutdownNow();
            ticker.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    private WireGuardServer server() {
        return WireGuardServer.start(Subnet.parse("10.8.0.0/14").orThrow(), seeded.peerKeyPair());
    }

    /** The median in microseconds. */
    private static double report(String what, long[] costs) {
        long[] sorted = costs.clone();
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2] / 1e3;
        print(
                "%s: median %.0f us, mean %.0f us, p99 %.0f us",
                what,
                median,
                Arrays.stream(sorted).average().orElseThrow() / 1e3,
                sorted[sorted.length * 99 / 100] / 1e3);
        return median;
    }

    private static void putAll(TunnelPeers peers, List<Assignment> all) {
        for (int from = 0; from < all.size(); from += BATCH) {
            assertThat(peers.put(all.subList(from, Math.min(all.size(), from + BATCH))))
                    .containsOnly(new Result.Done());
        }
    }

    /**
     * Keys nobody has the private half of, because making those takes longer.
     *
     * @param first number of the first address
     */
    private List<Assignment> assignments(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> {
                    byte[] raw = new byte[32];
                    random.nextBytes(raw);
                    raw[31] &= 0x7F;
                    return new Assignment(
                            PeerKey.of(raw), new TunnelAddress((10L << 24) + (8L << 16) + 2 + i), Set.of());
                })
                .toList();
    }

    private static Duration timed(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void print(String format, Object... values) {
        System.out.println("SOAK " + String.format(Locale.ROOT, format, values));
    }
}
