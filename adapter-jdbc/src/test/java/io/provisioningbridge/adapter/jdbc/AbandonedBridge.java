package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;

/**
 * A bridge in this process. Where it dies its files are copied as they lie there, and nothing it might still want to do is
 * let through: cheaper than a process, and as hard on the store.
 */
final class AbandonedBridge implements MortalBridge {

    private final Path file;
    private final Path copy;
    private final JdbcDeviceStore store;
    private final Points points;
    private final BridgeCommands commands;

    AbandonedBridge(Path file, OutsideWorld world, Instant now, int killAt) {
        this.file = file;
        this.copy = file.resolveSibling("left-" + killAt + ".db");
        SettableClock clock = new SettableClock(now);
        this.store = SqliteStores.open(file, BridgeCommands.POOLS, clock, new SecureRandom());
        this.points = new Points(killAt, this::copyFiles);
        this.commands = new BridgeCommands(
                clock,
                Points.around(DeviceStore.class, store, Points.COMMITS, points),
                Points.around(WorkQueue.class, store.workQueue(), Points.COMMITS, points),
                Points.around(CertificateAuthority.class, world, Points.CALLS, points),
                Points.around(TunnelPeers.class, world, Points.CALLS, points),
                Points.around(UpdateServer.class, world.targets(), Points.TARGET_CALLS, points),
                Points.around(DevicePlatform.class, world.platform(), Points.PLATFORM_CALLS, points));
    }

    private void copyFiles() {
        try {
            Files.copy(file, copy);
            Files.copy(Path.of(file + "-wal"), Path.of(copy + "-wal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> tell(List<String> command) {
        return commands.execute(command);
    }

    @Override
    public List<String> points() {
        return points.passed();
    }

    @Override
    public Path remains() {
        return Files.exists(copy) ? copy : file;
    }

    @Override
    public void close() {
        store.close();
    }
}
