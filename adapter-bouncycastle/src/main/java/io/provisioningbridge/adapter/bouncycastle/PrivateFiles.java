package io.provisioningbridge.adapter.bouncycastle;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that outlive a power failure and, where they hold secrets, are readable by their owner only. On file systems without
 * POSIX permissions the directory has to be protected by other means.
 */
final class PrivateFiles {

    static final String OWNER_ONLY = "rw-------";
    static final String PUBLIC = "rw-r--r--";

    private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);

    private PrivateFiles() {}

    /** Makes a directory, and those above it, for its owner only; one that exists keeps its permissions. */
    static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(directory, permissions(directory, "rwx------"));
    }

    /** Writes all of a file or nothing: a crash leaves the old one, or none. */
    static void write(Path file, String text, String permissions) throws IOException {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        create(fresh, permissions);
        try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(file);
    }

    /** Makes an empty file. */
    static void create(Path file, String permissions) throws IOException {
        Files.createFile(file, permissions(file, permissions));
    }

    /** Makes the entry of a new file durable. */
    static void syncDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        // Elsewhere a directory cannot be opened, and need not be.
        if (directory != null && hasPosixPermissions(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Takes a secret file away from everybody but its owner, as a backup that was played back may need. */
    static void protect(Path file) throws IOException {
        if (!hasPosixPermissions(file)) {
            return;
        }
        Set<PosixFilePermission> allowed = PosixFilePermissions.fromString(OWNER_ONLY);
        if (!allowed.containsAll(Files.getPosixFilePermissions(file))) {
            Files.setPosixFilePermissions(file, allowed);
            LOG.warn("{} could be read by others than its owner; its permissions are 0600 now", file);
        }
    }

    private static FileAttribute<?>[] permissions(Path path, String permissions) {
        return hasPosixPermissions(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean hasPosixPermissions(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
