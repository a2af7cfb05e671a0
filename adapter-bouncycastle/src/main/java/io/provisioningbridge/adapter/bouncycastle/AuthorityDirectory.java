package io.provisioningbridge.adapter.bouncycastle;

import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an authority lives: {@code authority.pem}, all of it in one file so that there is never half an authority;
 * {@code root.crt}, the root once more for whoever is to trust it; {@code revoked.txt}. A new authority is made only where
 * none of them exists.
 */
final class AuthorityDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorityDirectory.class);

    private static final String WHAT_TO_DO =
            " Restore the directory from a backup; or, to begin with a new authority that no"
                    + " enrolled device will trust, move it away.";

    private final Path directory;
    private final Path authority;
    private final Path root;
    private final Path revoked;

    AuthorityDirectory(Path directory) {
        this.directory = directory;
        this.authority = directory.resolve("authority.pem");
        this.root = directory.resolve("root.crt");
        this.revoked = directory.resolve("revoked.txt");
    }

    /** Reads the authority, or makes one whose validity begins {@code notBefore}. */
    Hierarchy openHierarchy(Instant notBefore, SecureRandom random) throws IOException {
        if (exists(authority)) {
            return existing();
        }
        if (exists(root) || exists(revoked)) {
            throw refused(authority + " is missing, though an authority was here.", null);
        }
        PrivateFiles.createDirectory(directory);
        Hierarchy hierarchy = Hierarchy.create(notBefore, random);
        PrivateFiles.write(authority, hierarchy.pem(), PrivateFiles.OWNER_ONLY);
        PrivateFiles.write(root, Pem.of(hierarchy.root()), PrivateFiles.PUBLIC);
        LOG.info("made a new authority in {}: {}", directory, hierarchy);
        return hierarchy;
    }

    private Hierarchy existing() throws IOException {
        PrivateFiles.protect(authority);
        Hierarchy hierarchy;
        try {
            hierarchy = Hierarchy.parse(Files.readString(authority, StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw refused(authority + " cannot be used: " + e.getMessage() + ".", e);
        }
        String rootPem = Pem.of(hierarchy.root());
        if (!exists(root)) {
            PrivateFiles.write(root, rootPem, PrivateFiles.PUBLIC);
        } else if (!Files.readString(root, StandardCharsets.ISO_8859_1).strip().equals(rootPem.strip())) {
            throw refused(root + " is not the root in " + authority + ".", null);
        }
        return hierarchy;
    }

    /** The serial numbers that were taken back. */
    RevokedSerials openRevoked() throws IOException {
        try {
            return RevokedSerials.open(revoked);
        } catch (IllegalArgumentException e) {
            throw refused(revoked + " cannot be used: " + e.getMessage() + ".", e);
        }
    }

    /** Also what points to nothing is something: a link to a volume that is not mounted, say. */
    private static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static BackendRefusedException refused(String what, @Nullable Throwable cause) {
        return cause == null
                ? new BackendRefusedException(what + WHAT_TO_DO, Fault.BACKEND, Effect.NONE)
                : new BackendRefusedException(what + WHAT_TO_DO, Fault.BACKEND, Effect.NONE, cause);
    }
}
