package io.provisioningbridge.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory with everything the bridge must not lose, locked for this process: two bridges on one store would give
 * addresses twice. The lock ends with the process, however that ends.
 */
final class DataDirectory implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Makes the directory, mode 0700, where it is missing. @throws StartException it cannot be used, or is in use */
    static DataDirectory open(Path path) {
        try {
            Path directory = path.toAbsolutePath().normalize();
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            FileChannel channel =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return locked(directory, channel);
        } catch (IOException | UnsupportedOperationException e) {
            throw new StartException("The data directory " + path + " cannot be used: " + e, e);
        }
    }

    private static DataDirectory locked(Path directory, FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new DataDirectory(directory, channel);
            }
        } catch (OverlappingFileLockException sameProcess) {
            channel.close();
            throw inUse(directory);
        }
        channel.close();
        throw inUse(directory);
    }

    private static StartException inUse(Path directory) {
        return new StartException("The data directory " + directory
                + " is in use by another bridge; stop that one first, or set BRIDGE_DATA_DIR.");
    }

    /** Where it is. */
    Path path() {
        return path;
    }

    Path database() {
        return path.resolve("bridge.db");
    }

    /** The embedded certificate authority. */
    Path authority() {
        return path.resolve("ca");
    }

    /** The listener's own key and certificate. */
    Path tls() {
        return path.resolve("tls");
    }

    /** What operators prove themselves with, unless the configuration says. */
    Path operatorToken() {
        return TokenFile.ofOperator(path);
    }

    /** What viewers prove themselves with, likewise. */
    Path viewerToken() {
        return TokenFile.ofViewer(path);
    }

    /** What the platform's calls prove themselves with, likewise. */
    Path webhookSecret() {
        return TokenFile.ofWebhook(path);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot let go of " + path, e);
        }
    }
}
