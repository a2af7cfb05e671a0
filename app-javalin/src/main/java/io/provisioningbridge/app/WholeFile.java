package io.provisioningbridge.app;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Small files of which all is written, or nothing. */
final class WholeFile {

    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    static final Set<PosixFilePermission> PUBLIC = PosixFilePermissions.fromString("rw-r--r--");

    private WholeFile() {}

    /** Replaces the file, if there is one. */
    static void write(Path file, String ascii, Set<PosixFilePermission> permissions) throws IOException {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
            out.write(ascii.getBytes(StandardCharsets.US_ASCII));
            out.getFD().sync();
        }
        // Not when it is made: the process's umask would take permissions away.
        Files.setPosixFilePermissions(fresh, permissions);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
