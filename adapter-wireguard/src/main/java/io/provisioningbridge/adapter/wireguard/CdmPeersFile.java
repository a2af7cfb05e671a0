package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.adapter.wireguard.PeersFileInspector.Verdict;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.PublishedPeers;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The directory as {@code cdm_peers.json}, which the neighbors of the tunnel server read: a flat JSON object
 * {@code {"device-001":"10.8.0.2"}}, UTF-8, sorted, one entry a line, mode 0644. It is replaced as a whole (written beside,
 * synced, renamed), and only when its content changes or somebody else changed or deleted it, which is noticed when it is
 * opened and at each publication. A stamp beside it says whose work it is, so that another installation's file is never
 * overwritten at start; see {@link #open}.
 *
 * <p>Safe for concurrent use, by one process at a time. Needs a POSIX file system.
 */
public final class CdmPeersFile implements PeerDirectory, PublishedPeers {

    /** What the file is called. */
    public static final String NAME = "cdm_peers.json";

    private static final Logger LOG = System.getLogger(CdmPeersFile.class.getName());
    private static final long NEVER = -1;

    private final Path file;
    private final Path temporary;
    private final Path stampTemporary;
    private final PeersFileInspector inspector;

    private final ReentrantLock publishing = new ReentrantLock();
    private long published = NEVER;
    // What stands there as far as this object knows; null for nothing, or somebody else's.
    private @Nullable Fingerprint standing;

    private CdmPeersFile(PeersFileInspector inspector, @Nullable Fingerprint standing) {
        this.file = inspector.file();
        this.temporary = file.resolveSibling("." + NAME + ".tmp");
        this.stampTemporary = file.resolveSibling("." + NAME + ".stamp.tmp");
        this.inspector = inspector;
        this.standing = standing;
    }

    /**
     * Takes charge of the file in a directory, which is made where it is missing; the file itself is first written by
     * {@link #publish}.
     *
     * <p>A file that is absent or holds no entry is anybody's. One that this store wrote is its own, whenever the writing
     * was interrupted. Any other is compared: when each entry is, or once was, a lease of this store, the file is going to be
     * written anew, with a warning in the log.
     *
     * @param directory where the file is, or is going to be
     * @param store names the store whose projection it is
     * @param snapshot what the store says now
     * @param everLeased whether the store ever leased or reserved that address for that id
     * @return the directory; or, to be shown, why the file there must not be overwritten: what it holds that the store knows
     *     nothing of, or that it cannot be read
     */
    public static Parsed<CdmPeersFile> open(
            Path directory, String store, PeerSnapshot snapshot, BiPredicate<String, TunnelAddress> everLeased) {
        return open(directory, store, snapshot, everLeased, found -> false);
    }

    /**
     * As {@link #open}, after what a file holds was {@linkplain PeerImport taken over} by the store: exactly that file may
     * be there, whatever it held.
     */
    public static Parsed<CdmPeersFile> openAfter(
            PeerImport imported,
            Path directory,
            String store,
            PeerSnapshot snapshot,
            BiPredicate<String, TunnelAddress> everLeased) {
        return open(
                directory, store, snapshot, everLeased, found -> found.sha256().equals(imported.sha256()));
    }

    private static Parsed<CdmPeersFile> open(
            Path directory,
            String store,
            PeerSnapshot snapshot,
            BiPredicate<String, TunnelAddress> everLeased,
            Predicate<Fingerprint> settled) {
        Path file = directory.resolve(NAME);
        PeersFileInspector inspector =
                new PeersFileInspector(file, directory.resolve("." + NAME + ".stamp"), store, everLeased);
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
            }
            Verdict verdict = inspector.inspect(snapshot);
            if (verdict instanceof Verdict.Unreadable unreadable) {
                return Parsed.invalid(unreadable.problem());
            }
            if (verdict instanceof Verdict.Foreign foreign) {
                return settled.test(foreign.found())
                        ? Parsed.valid(new CdmPeersFile(inspector, foreign.found()))
                        : Parsed.invalid(foreign.problem());
            }
            if (verdict instanceof Verdict.Known known) {
                LOG.log(
                        Level.WARNING,
                        "{0} is not as this bridge left it, but holds nothing unknown; it is going to be written anew",
                        file);
                return Parsed.valid(new CdmPeersFile(inspector, known.found()));
            }
            return Parsed.valid(
                    new CdmPeersFile(inspector, verdict instanceof Verdict.Ours ours ? ours.found() : null));
        } catch (IOException e) {
            return Parsed.invalid("the directory of " + file + " cannot be used: " + e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>What somebody else wrote into the file since this bridge looked is lost, and told in a warning: the file is a
     * projection of the store.
     */
    @Override
    public void publish(PeerSnapshot snapshot) {
        publishing.lock();
        try {
            if (snapshot.revision() >= published) {
                bringUpTo(snapshot);
                published = snapshot.revision();
            }
        } catch (IOException e) {
            // Possible: when only the last sync failed, the new file is in place. Either way it is a whole one.
            throw new BackendUnavailableException(
                    file + " could not be written: " + e, BackendException.Effect.POSSIBLE, e);
        } finally {
            publishing.unlock();
        }
    }

    /** {@inheritDoc} Of an id that is named several times the last entry counts, as for most readers. */
    @Override
    public Parsed<SortedMap<String, Parsed<TunnelAddress>>> published() {
        SortedMap<String, Parsed<TunnelAddress>> entries = new TreeMap<>();
        try {
            Optional<PosixFileAttributes> there = DurableFiles.attributes(file);
            if (there.isEmpty()) {
                return Parsed.valid(entries);
            }
            if (!there.get().isRegularFile()) {
                return Parsed.invalid("is not a regular file");
            }
            if (there.get().size() > PeersJson.MAX_READ) {
                return Parsed.invalid("is larger than " + (PeersJson.MAX_READ >> 20) + " MiB");
            }
            try (InputStream in = DurableFiles.read(file)) {
                return PeersJson.read(in, entry -> entries.put(entry.id(), entry.address()))
                        .fold(count -> Parsed.valid(entries), Parsed::invalid);
            }
        } catch (IOException e) {
            throw new BackendUnavailableException(file + " could not be read: " + e, BackendException.Effect.NONE, e);
        }
    }

    private void bringUpTo(PeerSnapshot snapshot) throws IOException {
        Optional<PosixFileAttributes> now = DurableFiles.attributes(file);
        Fingerprint known = standing;
        boolean untouched =
                known == null ? now.isEmpty() : now.filter(known::describes).isPresent();
        if (!untouched) {
            known = lookAgain(snapshot);
            standing = known;
        }
        boolean inOrder = untouched
                && now.filter(found -> found.permissions().equals(DurableFiles.MODE))
                        .isPresent();
        if (inOrder && snapshot.revision() == published) {
            return;
        }
        String hash = Fingerprint.hashOf(out -> PeersJson.write(snapshot, out));
        if (known != null && inOrder && known.sha256().equals(hash)) {
            stampUnlessStamped(snapshot, hash);
        } else {
            replace(snapshot, known == null ? hash : known.sha256(), hash);
        }
    }

    private void replace(PeerSnapshot snapshot, String last, String next) throws IOException {
        DurableFiles.write(temporary, out -> PeersJson.write(snapshot, out));
        Fingerprint written = Fingerprint.of(DurableFiles.attributes(temporary).orElseThrow(), next);
        new Stamp(inspector.store(), snapshot.revision(), last, next).write(inspector.stampFile(), stampTemporary);
        DurableFiles.rename(temporary, file);
        standing = written;
    }

    /** A file that already says the right thing may be there without being ours: an import, or a restored store. */
    private void stampUnlessStamped(PeerSnapshot snapshot, String hash) throws IOException {
        boolean stamped = Stamp.read(inspector.stampFile())
                .filter(stamp -> stamp.vouchesFor(hash, inspector.store(), snapshot.revision()))
                .isPresent();
        if (!stamped) {
            new Stamp(inspector.store(), snapshot.revision(), hash, hash).write(inspector.stampFile(), stampTemporary);
        }
    }

    /**
     * Warns of what somebody else did to the file.
     *
     * @return what stands there, if it is our own work after all: a sync may have failed when the file was in place already
     */
    private @Nullable Fingerprint lookAgain(PeerSnapshot snapshot) throws IOException {
        Verdict verdict = inspector.inspect(snapshot);
        if (verdict instanceof Verdict.Ours ours) {
            return ours.found();
        }
        if (verdict instanceof Verdict.Absent) {
            LOG.log(Level.WARNING, "{0} was deleted by somebody; it is written again", file);
        } else if (verdict instanceof Verdict.Known) {
            LOG.log(Level.WARNING, "{0} was changed by somebody; it is written anew", file);
        } else if (verdict instanceof Verdict.Foreign foreign) {
            LOG.log(Level.WARNING, "changed by somebody and written anew: {0}", foreign.problem());
        } else if (verdict instanceof Verdict.Unreadable unreadable) {
            LOG.log(Level.WARNING, "changed by somebody and written anew: {0}", unreadable.problem());
        }
        return null;
    }
}
