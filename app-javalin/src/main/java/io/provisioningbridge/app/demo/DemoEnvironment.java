package io.provisioningbridge.app.demo;

import io.provisioningbridge.app.config.BridgeConfig;
import io.provisioningbridge.app.config.ConfigReading;
import io.provisioningbridge.core.domain.PeerKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A temporary directory and the configuration of a bridge in it. */
final class DemoEnvironment implements AutoCloseable {

    private final Path directory;

    DemoEnvironment() {
        try {
            this.directory = Files.createTempDirectory("bridge-demo-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory can be made", e);
        }
    }

    /** The embedded authority, SQLite, HTTPS on {@code port} of this machine alone. */
    BridgeConfig config(int port, PeerKey tunnelServer) {
        ConfigReading reading = BridgeConfig.read(Map.of(
                "BRIDGE_CA",
                "embedded",
                "BRIDGE_DATA_DIR",
                directory.toString(),
                "BRIDGE_LISTEN",
                "127.0.0.1:" + port,
                "WG_SERVER_ENDPOINT",
                "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY",
                tunnelServer.base64()));
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
