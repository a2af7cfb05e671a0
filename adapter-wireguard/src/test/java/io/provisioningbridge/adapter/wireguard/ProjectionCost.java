package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * A main class to be run by hand: what it costs to keep the files of a whole fleet. Arguments: how many devices (100000), and
 * a directory on the disk in question.
 */
final class ProjectionCost {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 40;
    private static final long FIRST = 10L << 24;

    private ProjectionCost() {}

    public static void main(String[] arguments) throws IOException {
        int devices = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        Path directory =
                Files.createTempDirectory(arguments.length > 1 ? Path.of(arguments[1]) : Path.of("."), "projection");
        System.out.println(devices + " devices, milliseconds of one thread");
        directoryOf(devices, directory);
        serverOf(devices, directory);
    }

    private static void directoryOf(int devices, Path directory) {
        SortedMap<String, TunnelAddress> addresses = new TreeMap<>();
        for (int i = 0; i < devices; i++) {
            addresses.put(String.format("gateway-%08d", i), new TunnelAddress(FIRST + i));
        }
        CdmPeersFile file = CdmPeersFile.open(
                        directory, "benchmark", PeerSnapshot.of(1, addresses), (id, address) -> true)
                .orThrow();
        measure("cdm_peers.json, one device more", i -> {
            addresses.put("new-" + i, new TunnelAddress(FIRST + devices + i));
            file.publish(new PeerSnapshot(2 + i, addresses));
        });
        measure(
                "cdm_peers.json, another revision of the same",
                i -> file.publish(new PeerSnapshot(1000 + i, addresses)));
    }

    private static void serverOf(int devices, Path directory) throws IOException {
        Path conf = directory.resolve("wg0.conf");
        Files.writeString(conf, "[Interface]\nPrivateKey = x\n");
        PeerConfFile file = new PeerConfFile(conf);
        Random random = new Random(1);
        List<Assignment> peers = new ArrayList<>();
        for (int i = 0; i < devices + ROUNDS; i++) {
            byte[] key = new byte[32];
            random.nextBytes(key);
            key[31] &= 0x3f;
            peers.add(new Assignment(PeerKey.of(key), new TunnelAddress(FIRST + i), Set.of()));
        }
        measure("wg0.conf, all peers known already", i -> file.put(peers.subList(0, devices)));
        measure("wg0.conf, one peer more", i -> file.put(List.of(peers.get(devices + i))));
        measure(
                "wg0.conf, read anew and one peer less",
                i -> new PeerConfFile(conf).remove(List.of(peers.get(i).key())));
        measure("wg0.conf, observed", i -> file.observe());
    }

    private static void measure(String what, IntConsumer work) {
        long[] wall = new long[ROUNDS];
        long[] processor = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            long used = THREADS.getCurrentThreadCpuTime();
            work.accept(i);
            processor[i] = THREADS.getCurrentThreadCpuTime() - used;
            wall[i] = System.nanoTime() - begun;
        }
        System.out.printf("%-48s %s   CPU %s%n", what, summary(wall), summary(processor));
    }

    private static String summary(long[] nanos) {
        long first = nanos[0];
        Arrays.sort(nanos);
        return "first %6.1f  median %6.1f  worst %6.1f"
                .formatted(first / 1e6, nanos[nanos.length / 2] / 1e6, nanos[nanos.length - 1] / 1e6);
    }
}
