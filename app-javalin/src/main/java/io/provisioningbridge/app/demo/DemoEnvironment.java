package io.provisioningbridge.app.demo;

import io.provisioningbridge.adapter.wireguard.WireGuardServerFiles;
import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.PeerKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A temporary directory and the configuration of a bridge in it. */
final class DemoEnvironment implements AutoCloseable {

    private static final String POOL = "10.8.0.0/24";
    private static final String INTERFACE = "wg0";
    private static final int WIREGUARD_PORT = 51820;

    private final Path directory;

    DemoEnvironment() {
        try {
            this.directory = Files.createTempDirectory("bridge-demo-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory can be made", e);
        }
    }

    /** The files of a tunnel server, which nobody starts: the peers of devices are written to them. */
    PeerKey makeTunnelServer(SecureRandom random) {
        return new WireGuardServerFiles(directory.resolve("wireguard"), INTERFACE)
                .create(AddressPools.parse(POOL).orThrow(), WIREGUARD_PORT, random)
                .orThrow();
    }

    /**
     * The embedded authority, SQLite, HTTPS for devices and HTTP for operators on these ports of this machine alone.
     *
     * @param systems the part about outside systems
     */
    BridgeConfig config(int port, int adminPort, PeerKey tunnelServer, Map<String, String> systems) {
        Map<String, String> all = new HashMap<>(systems);
        all.putAll(Map.of(
                "BRIDGE_CA",
                "embedded",
                "BRIDGE_DATA_DIR",
                directory.toString(),
                "BRIDGE_LISTEN",
                "127.0.0.1:" + port,
                "BRIDGE_ADMIN_LISTEN",
                "127.0.0.1:" + adminPort,
                "WG_SERVER_ENDPOINT",
                "vpn.example.com:" + WIREGUARD_PORT,
                "WG_SUBNET",
                POOL,
                "WG_INTERFACE",
                INTERFACE,
                "WG_SERVER_PUBLIC_KEY",
                tunnelServer.base64()));
        ConfigReading reading = BridgeConfig.read(all);
        if (reading instanceof ConfigReading.Accepted accepted) {
            return accepted.config();
        }
        throw new IllegalStateException(((ConfigReading.Rejected) reading).message());
    }

    Path directory() {
        return directory;
    }

    /** Deletes everything; once it is gone, nothing. */
    @Override
    public void close() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot be deleted", e);
        }
    }
}
