package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Tells whether the peers file that is found is this store's work.
 *
 * @param file the peers file
 * @param stampFile what lies beside it
 * @param store names this store
 * @param everLeased whether this store ever leased or reserved an address for an id
 */
record PeersFileInspector(Path file, Path stampFile, String store, BiPredicate<String, TunnelAddress> everLeased) {

    private static final int LISTED = 20;

    /** What was found. */
    sealed interface Verdict {

        /** There is no file. */
        record Absent() implements Verdict {}

        /** This store's work, or empty. */
        record Ours(Fingerprint found) implements Verdict {}

        /** Changed by somebody, but it holds nothing that this store does not know. */
        record Known(Fingerprint found) implements Verdict {}

        /** Holds what this store does not know; {@code problem} says what, and may be shown. */
        record Foreign(Fingerprint found, String problem) implements Verdict {}

        /** Not a file that can be read; {@code problem} says why, and may be shown. */
        record Unreadable(String problem) implements Verdict {}
    }

    Verdict inspect(PeerSnapshot snapshot) throws IOException {
        Optional<PosixFileAttributes> attributes = DurableFiles.attributes(file);
        if (attributes.isEmpty()) {
            return new Verdict.Absent();
        }
        if (!attributes.get().isRegularFile()) {
            String what = attributes.get().isSymbolicLink() ? "a symbolic link" : "not a regular file";
            return new Verdict.Unreadable(file + " is " + what + "; put the file itself there, or nothing");
        }
        Fingerprint found = Fingerprint.of(attributes.get(), Fingerprint.hashOf(file));
        boolean ours = Stamp.read(stampFile)
                .filter(stamp -> stamp.vouchesFor(found.sha256(), store, snapshot.revision()))
                .isPresent();
        return ours ? new Verdict.Ours(found) : compare(found, snapshot);
    }

    private Verdict compare(Fingerprint found, PeerSnapshot snapshot) throws IOException {
        if (found.size() > PeersJson.MAX_READ) {
            return new Verdict.Unreadable(
                    file + " is larger than " + (PeersJson.MAX_READ >> 20) + " MiB; move it away");
        }
        Comparison comparison = new Comparison(snapshot);
        Parsed<Integer> entries;
        try (InputStream in = DurableFiles.read(file)) {
            entries = PeersJson.read(in, comparison::accept);
        }
        return entries.fold(
                count -> count == 0 ? new Verdict.Ours(found) : comparison.verdict(found),
                problem -> new Verdict.Unreadable(
                        file + " " + problem + "; correct it, or move it away if nobody needs it"));
    }

    /** Collects what is not known; only the first few are kept. */
    private final class Comparison {

        private final PeerSnapshot snapshot;
        private final Set<String> ids = new HashSet<>();
        private final List<String> listed = new ArrayList<>();
        private int foreign;

        Comparison(PeerSnapshot snapshot) {
            this.snapshot = snapshot;
        }

        void accept(PeersJson.Entry entry) {
            String problem = ids.add(entry.id())
                    ? entry.address().fold(address -> problemOf(entry.id(), address), unusable -> unusable)
                    : "named twice";
            if (problem.isEmpty()) {
                return;
            }
            foreign++;
            if (listed.size() < LISTED) {
                listed.add(Printable.quote(entry.id()) + " (" + problem + ")");
            }
        }

        private String problemOf(String id, TunnelAddress address) {
            boolean known = address.equals(snapshot.addresses().get(id)) || everLeased.test(id, address);
            return known ? "" : address.toString();
        }

        Verdict verdict(Fingerprint found) {
            if (foreign == 0) {
                return new Verdict.Known(found);
            }
            String more = foreign > listed.size() ? " and " + (foreign - listed.size()) + " more" : "";
            return new Verdict.Foreign(
                    found,
                    file + " holds " + foreign + (foreign == 1 ? " entry" : " entries")
                            + " this bridge knows nothing of: " + String.join(", ", listed) + more
                            + ". Take the addresses over with `./bridge import-peers`, or move the file away if nobody uses them");
        }
    }
}
