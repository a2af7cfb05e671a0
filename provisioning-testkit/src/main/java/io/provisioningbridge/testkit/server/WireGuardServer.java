package io.provisioningbridge.testkit.server;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real wireguard-go with the interface {@code wg0}, in a network of the test's own, and devices in networks of theirs that
 * reach it. Needs {@code wireguard-go}, {@code wg}, {@code ip}, {@code ping}, {@code unshare} and {@code nsenter} on the PATH
 * ({@link RequiresServer}), no root where users may make namespaces. Not safe for concurrent use, though any number of clients
 * may talk to its socket.
 */
public final class WireGuardServer implements AutoCloseable {

    /** The interface. */
    public static final String INTERFACE = "wg0";

    static final int PORT = 51820;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(20);

    private final NetworkNamespace network;
    private final Subnet subnet;
    private final PeerKeyPair keys;
    private final Path privateKey;
    private final List<WireGuardDevice> devices = new ArrayList<>();
    private @Nullable ServerProcess process;

    private WireGuardServer(NetworkNamespace network, Subnet subnet, PeerKeyPair keys) {
        this.network = network;
        this.subnet = subnet;
        this.keys = keys;
        this.privateKey = privateKeyFile("server", keys);
    }

    /**
     * Starts it without peers, or skips the test where this machine does not let it.
     *
     * @param subnet of the tunnel; the server has its first address
     * @param keys of the server
     */
    public static WireGuardServer start(Subnet subnet, PeerKeyPair keys) {
        WireGuardServer server = new WireGuardServer(NetworkNamespace.make(), subnet, keys);
        try {
            server.start();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Starts it again, without peers; a server that is running is left alone. */
    public void start() {
        if (process != null) {
            return;
        }
        process = wireguardGo(INTERFACE, List.of());
        network.run("wg", "set", INTERFACE, "private-key", privateKey.toString(), "listen-port", "" + PORT);
        network.run("ip", "address", "add", subnet.serverAddress() + "/" + subnet.prefixLength(), "dev", INTERFACE);
        network.run("ip", "link", "set", INTERFACE, "up");
    }

    /** Stops it; the interface and its peers are gone. Stopping twice is harmless. */
    public void stop() {
        ServerProcess running = process;
        process = null;
        if (running != null) {
            running.stop();
        }
    }

    /** Makes the interface anew. */
    public void restart() {
        stop();
        start();
    }

    /** Makes it hang: it takes calls and answers none. */
    public void pause() {
        signal("-STOP");
        ServerProcess running = process;
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        // The signal is sent when kill ends; each thread stops when it next looks.
        while (running != null && !isStopped(running.pid())) {
            if (System.nanoTime() - giveUp > 0) {
                throw new IllegalStateException("wireguard-go did not stop within " + PATIENCE);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private static boolean isStopped(long pid) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                if (!Files.readString(thread.resolve("stat")).contains(") T ")) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("the state of process " + pid + " cannot be read", e);
        }
    }

    /** Ends {@link #pause}. */
    public void resume() {
        signal("-CONT");
    }

    private void signal(String which) {
        ServerProcess running = process;
        if (running == null) {
            throw new IllegalStateException("it is not running");
        }
        // The shell's own, because not every machine has the program.
        network.run("sh", "-c", "kill " + which + " " + running.pid());
    }

    /** The public half of its key. */
    public PeerKey publicKey() {
        return keys.publicKey();
    }

    /** Its socket, as this process reaches it; not there while the server is stopped. */
    public Path socket() {
        return socket(INTERFACE);
    }

    Path socket(String interfaceName) {
        return network.outside("/run/wireguard/" + interfaceName + ".sock");
    }

    /** The words that run a command in the server's network, such as {@code wg show wg0}. */
    public List<String> inside() {
        return network.inside();
    }

    /** Runs a command in the server's network. @return its output @throws IllegalStateException with it, unless it succeeds */
    public String run(String... command) {
        return network.run(command);
    }

    /** Adds a peer as somebody with a shell would. */
    public void add(PeerKey key, Set<String> allowedIps) {
        run("wg", "set", INTERFACE, "peer", key.base64(), "allowed-ips", String.join(",", allowedIps));
    }

    /** Removes every peer as somebody with a shell would; for some thousand at most. */
    public void removeAll() {
        List<String> words = new ArrayList<>(List.of("wg", "set", INTERFACE));
        run("wg", "show", INTERFACE, "peers").lines().forEach(key -> words.addAll(List.of("peer", key, "remove")));
        if (words.size() > 3) {
            run(words.toArray(new String[0]));
        }
    }

    /** Every peer with what it may send from, as {@code wg} lists them. */
    public Map<PeerKey, Set<String>> allowedIps() {
        Map<PeerKey, Set<String>> peers = new HashMap<>();
        run("wg", "show", INTERFACE, "allowed-ips").lines().forEach(line -> {
            String[] columns = line.split("\t", -1);
            peers.put(
                    PeerKey.parse(columns[0]).orThrow(),
                    columns[1].equals("(none)") ? Set.of() : Set.of(columns[1].split(" ", -1)));
        });
        return peers;
    }

    /** When each peer last proved itself, in seconds since 1970; 0 for never. */
    public Map<PeerKey, Long> handshakes() {
        Map<PeerKey, Long> handshakes = new HashMap<>();
        run("wg", "show", INTERFACE, "latest-handshakes").lines().forEach(line -> {
            String[] columns = line.split("\t", -1);
            handshakes.put(PeerKey.parse(columns[0]).orThrow(), Long.parseLong(columns[1]));
        });
        return handshakes;
    }

    /** Bytes that came from a peer since it is known. */
    public long received(PeerKey key) {
        return run("wg", "show", INTERFACE, "transfer")
                .lines()
                .map(line -> line.split("\t", -1))
                .filter(columns -> columns[0].equals(key.base64()))
                .mapToLong(columns -> Long.parseLong(columns[1]))
                .findFirst()
                .orElse(0);
    }

    /** A device in a network of its own with its end of the tunnel up; the server does not know it by that. */
    public WireGuardDevice device(PeerKeyPair pair, TunnelAddress address) {
        WireGuardDevice device = WireGuardDevice.make(this, network, devices.size() + 1, pair, address, subnet);
        devices.add(device);
        return device;
    }

    /**
     * wireguard-go in the foreground, once its socket is there.
     *
     * @param prefix words before it, inside
     */
    ServerProcess wireguardGo(String interfaceName, List<String> prefix) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("wireguard-go", "-f", interfaceName));
        return ServerProcess.start(
                network.wrapped(command),
                network.directory(),
                network.directory().resolve(interfaceName + ".log"),
                () -> Files.exists(socket(interfaceName)),
                PATIENCE);
    }

    Path privateKeyFile(String name, PeerKeyPair pair) {
        Path file = network.directory().resolve(name + ".key");
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.writeString(file, pair.privateKey().reveal() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        devices.forEach(WireGuardDevice::close);
        stop();
        network.close();
    }
}
