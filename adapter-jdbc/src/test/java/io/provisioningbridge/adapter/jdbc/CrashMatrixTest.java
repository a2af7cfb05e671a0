package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.domain.DesiredPeer;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bridge that takes a device through its whole life (enrolled, connected, enrolled anew and confirmed, suspended, resumed,
 * decommissioned) dies before or after a call to an outside system, or a commit; these outlive it. Another
 * bridge then opens the store it left, repeats what was not acknowledged and goes on.
 *
 * <p>A build has a bridge within this process die at every point there is, and kills a real process with SIGKILL at a few
 * points by chance, since each costs a second. {@code -Dcrash.points=all} kills a process at every point;
 * {@code -Dcrash.points=17,18} at these, as a failure names them.
 */
final class CrashMatrixTest {

    private static final int SAMPLE = 6;
    private static final Duration QUARANTINE_AND_RECHECKS = Duration.ofHours(25);

    // What the dying say is no news. Held, since loggers are collected.
    private static final Logger QUIET = Logger.getLogger("io.provisioningbridge.core");

    static {
        QUIET.setLevel(Level.OFF);
    }

    @TempDir
    private Path directory;

    private final Random random = new Random();

    /** Brings a bridge into being. */
    private interface Birth {
        MortalBridge of(Path store, OutsideWorld world, Instant now, int killAt) throws IOException;
    }

    @Test
    void everyLifeShouldEndAsOneThatWasNeverDisturbedWhereverTheBridgeWasAbandoned() throws Exception {
        List<String> points = undisturbed();
        for (String kind : List.of(
                "sign",
                "revoke",
                "put",
                "remove",
                "observe",
                "put device",
                "remove device",
                "put target",
                "remove target",
                "lease",
                "finish",
                "hint",
                "Connected",
                "Suspended")) {
            assertThat(points).contains("before " + kind, "after " + kind);
        }
        live(IntStream.rangeClosed(1, points.size()).boxed().toList(), points, AbandonedBridge::new);
    }

    @Test
    void everyLifeShouldEndAsOneThatWasNeverDisturbedWhereverTheProcessWasKilled() throws Exception {
        List<String> points = undisturbed();
        live(chosen(points), points, BridgeProcess::new);
    }

    private List<String> undisturbed() throws IOException {
        return new Place("undisturbed").live(AbandonedBridge::new, Integer.MAX_VALUE);
    }

    private void live(List<Integer> chosen, List<String> points, Birth birth) throws IOException {
        Place place = new Place("disturbed");
        for (int point : chosen) {
            try {
                assertThat(place.live(birth, point)).isEqualTo(points.subList(0, point));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("killed at " + point + ", " + points.get(point - 1), e);
            }
        }
    }

    private List<Integer> chosen(List<String> points) {
        List<Integer> all =
                new ArrayList<>(IntStream.rangeClosed(1, points.size()).boxed().toList());
        String wanted = System.getProperty("crash.points", "");
        if (wanted.isEmpty()) {
            Collections.shuffle(all, random);
            return all.subList(0, SAMPLE);
        }
        return wanted.equals("all")
                ? all
                : Arrays.stream(wanted.split(",")).map(Integer::valueOf).toList();
    }

    /** A store's file and the world around it. */
    private final class Place {

        private Path file;
        private final SettableClock clock = new SettableClock(StoreFile.NOW);
        private final OutsideWorld world = new OutsideWorld(clock);
        private final Seeded seeded = new Seeded(5);
        private int lives;

        Place(String name) throws IOException {
            this.file = Files.createDirectory(directory.resolve(name)).resolve("store.db");
            // One that stays, and must not be harmed by anything.
            try (JdbcDeviceStore store = open()) {
                new DeviceLife("bystander", clock, world, seeded).enroll(bridge(store)::execute);
            }
        }

        private JdbcDeviceStore open() {
            return SqliteStores.open(file, BridgeCommands.POOLS, clock, random);
        }

        private BridgeCommands bridge(JdbcDeviceStore store) {
            return new BridgeCommands(clock, store, store.workQueue(), world, world, world.targets(), world.platform());
        }

        /** @return the points it passed until it was killed, or came to its end */
        List<String> live(Birth birth, int killAt) throws IOException {
            lives++;
            DeviceLife life = new DeviceLife("dev-" + lives, clock, world, seeded);
            List<String> points;
            boolean killed = false;
            try (MortalBridge bridge = birth.of(file, world, clock.instant(), killAt)) {
                try {
                    life.goOn(bridge::tell);
                } catch (Points.Killed e) {
                    killed = true;
                }
                file = bridge.remains();
                points = bridge.points();
            }
            recover(life, killed ? points.get(points.size() - 1) : "");
            return points;
        }

        private void recover(DeviceLife life, String killed) {
            try (JdbcDeviceStore store = open()) {
                BridgeCommands bridge = bridge(store);
                requireEveryAddressOnce(store);
                life.requireAcknowledged(store);
                bridge.receipt(life.id()).ifPresent(life::requireHonest);
                if (random.nextBoolean()) {
                    life.settle(bridge::execute);
                    requireTunnelAsItShouldBe(store);
                }
                life.goOn(bridge::execute);

                requireTunnelAsItShouldBe(store);
                DecommissionReceipt receipt = bridge.receipt(life.id()).orElseThrow();
                life.requireHonest(receipt);
                life.requireEnd(store, receipt, killed);
                clock.tick(QUARANTINE_AND_RECHECKS);
                life.settle(bridge::execute);
                bridge.receipt(life.id()).ifPresent(life::requireHonest);
                requireTunnelAsItShouldBe(store);
                requireEveryAddressOnce(store);
            }
        }

        private void requireTunnelAsItShouldBe(JdbcDeviceStore store) {
            assertThat(world.known())
                    .isEqualTo(store.desiredPeers().stream()
                            .collect(Collectors.toMap(DesiredPeer::key, peer -> Set.of(peer.address() + "/32"))));
            assertThat(world.known().values().stream().flatMap(Collection::stream))
                    .doesNotHaveDuplicates();
        }

        private void requireEveryAddressOnce(JdbcDeviceStore store) {
            Collection<TunnelAddress> addresses = store.peers().addresses().values();
            assertThat(addresses).doesNotHaveDuplicates();
            new StoreFile(file).requireEveryAddressOnce(BridgeCommands.POOLS);
        }
    }
}
