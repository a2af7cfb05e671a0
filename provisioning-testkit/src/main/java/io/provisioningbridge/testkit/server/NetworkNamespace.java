package io.provisioningbridge.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network of the test's own: namespaces for users, networks and mounts, held by one process. Needs no root where users may
 * make namespaces, and {@code /dev/net/tun}. Nothing in it reaches the machine's network, and all of it is gone with the
 * processes in it, but for programs that went to the background there: whoever starts those ends them. Not safe for concurrent
 * use.
 */
public final class NetworkNamespace implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LONGEST_RUN = Duration.ofMinutes(3);

    // Its own /run, because that is where wireguard-go puts its sockets and ip the names of networks; its own /sys,
    // because
    // interfaces are listed there by network. It does not stay for ever if this JVM is killed.
    private static final String HOLD = "set -e; mount -t tmpfs tmpfs /run; mkdir /run/wireguard /run/netns;"
            + " mount -t sysfs sysfs /sys; ip link set lo up; touch \"$0\"; exec sleep 7200";

    private final Path directory;
    private final ServerProcess holder;
    private final List<String> inside;

    private NetworkNamespace(Path directory, ServerProcess holder) {
        this.directory = directory;
        this.holder = holder;
        this.inside = List.of("nsenter", "-t", Long.toString(holder.pid()), "-U", "--preserve-credentials", "-n", "-m");
    }

    /**
     * Makes one, or skips the test with a printed line where this machine does not let it ({@link RequiresServer} says when
     * that is a failure).
     */
    public static NetworkNamespace make() {
        Path directory = newDirectory();
        Path ready = directory.resolve("ready");
        try {
            ServerProcess holder = ServerProcess.start(
                    List.of("unshare", "-Urnm", "sh", "-c", HOLD, ready.toString()),
                    directory,
                    directory.resolve("namespace.log"),
                    () -> Files.exists(ready),
                    PATIENCE);
            return new NetworkNamespace(directory, holder).tried();
        } catch (IllegalStateException cannot) {
            delete(directory);
            throw RequiresServerCondition.skip("network namespaces with tunnels", String.valueOf(cannot.getMessage()));
        }
    }

    private NetworkNamespace tried() {
        try {
            run("ip", "tuntap", "add", "dev", "probe", "mode", "tun");
            run("ip", "link", "del", "probe");
            return this;
        } catch (IllegalStateException e) {
            holder.kill();
            throw e;
        }
    }

    /**
     * Another network, with a {@code /run} of its own, that reaches this one through a cable and nothing else. Its end of the
     * cable is {@code uplink}, 192.0.2.(4n+2), this one's is {@code cable<n>}, 192.0.2.(4n+1). It is closed before this one.
     *
     * @param n 1 to 62, each once
     */
    public NetworkNamespace behindCable(int n) {
        NetworkNamespace far = held(wrapped(List.of("unshare", "-nm")));
        String here = "192.0.2." + (4 * n + 1);
        String there = "192.0.2." + (4 * n + 2);
        String cable = "cable" + n;
        String uplink = "uplink";
        run("ip", "link", "add", cable, "type", "veth", "peer", "name", uplink, "netns", "" + far.holder.pid());
        run("ip", "address", "add", here + "/30", "dev", cable);
        run("ip", "link", "set", cable, "up");
        far.run("ip", "address", "add", there + "/30", "dev", uplink);
        far.run("ip", "link", "set", uplink, "up");
        far.run("ip", "route", "add", "default", "via", here);
        return far;
    }

    private static NetworkNamespace held(List<String> unshare) {
        Path directory = newDirectory();
        Path ready = directory.resolve("ready");
        List<String> command = new ArrayList<>(unshare);
        command.addAll(List.of("sh", "-c", HOLD, ready.toString()));
        return new NetworkNamespace(
                directory,
                ServerProcess.start(
                        command, directory, directory.resolve("namespace.log"), () -> Files.exists(ready), PATIENCE));
    }

    /** The words that run a command inside; its working directory is the root. */
    public List<String> inside() {
        return inside;
    }

    /** A path as it is inside, for this process. */
    Path outside(String path) {
        return Path.of("/proc", Long.toString(holder.pid()), "root" + path);
    }

    /** A place for files, the same path inside and outside. */
    Path directory() {
        return directory;
    }

    /** Runs a command inside; several threads may. @return its output @throws IllegalStateException with its output unless it succeeds */
    public String run(String... command) {
        try {
            Path output = Files.createTempFile(directory, "run", ".log");
            try {
                ServerProcess.run(wrapped(List.of(command)), directory, output, LONGEST_RUN);
                return ServerProcess.read(output);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command, to be run from outside. */
    List<String> wrapped(List<String> command) {
        List<String> all = new ArrayList<>(inside);
        all.addAll(command);
        return all;
    }

    @Override
    public void close() {
        holder.kill();
        delete(directory);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("network-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
