package io.provisioningbridge.adapter.wireguard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lies beside the peers file and says whose work it is. It is on the disk before the file is replaced, and names what stood
 * there and what is going to: whenever the power fails, the file that is found is one of the two.
 *
 * @param store which store wrote it
 * @param revision of that store when it did
 * @param last SHA-256 of the content before
 * @param next SHA-256 of the content after
 */
record Stamp(String store, long revision, String last, String next) {

    private static final int MAX_SIZE = 1024;
    private static final Pattern STORE = Pattern.compile("[!-~]{1,256}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern TEXT = Pattern.compile(
            "store=(?<store>%s)\nrevision=(?<revision>\\d{1,18})\nlast=(?<last>%s)\nnext=(?<next>%2$s)\n"
                    .formatted(STORE, HASH));

    Stamp {
        if (!STORE.matcher(store).matches()
                || !HASH.matcher(last).matches()
                || !HASH.matcher(next).matches()) {
            throw new IllegalArgumentException("a store is named in printable ASCII, a hash has 64 hex digits");
        }
        if (revision < 0) {
            throw new IllegalArgumentException("revisions are not negative");
        }
    }

    /** The stamp at that path; empty when there is none, or none that can be understood. */
    static Optional<Stamp> read(Path file) throws IOException {
        boolean readable = DurableFiles.attributes(file)
                .filter(found -> found.isRegularFile() && found.size() <= MAX_SIZE)
                .isPresent();
        if (!readable) {
            return Optional.empty();
        }
        try (InputStream in = DurableFiles.read(file)) {
            // Every byte is a character there, so that binary rubbish is no error, just no stamp.
            return parse(new String(in.readNBytes(MAX_SIZE), StandardCharsets.ISO_8859_1));
        }
    }

    private static Optional<Stamp> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new Stamp(
                        parts.group("store"),
                        Long.parseLong(parts.group("revision")),
                        parts.group("last"),
                        parts.group("next")))
                : Optional.empty();
    }

    /** Replaces the stamp at that path, by way of the other one. */
    void write(Path file, Path temporary) throws IOException {
        String text = "store=" + store + "\nrevision=" + revision + "\nlast=" + last + "\nnext=" + next + "\n";
        DurableFiles.write(temporary, out -> out.write(text.getBytes(StandardCharsets.US_ASCII)));
        DurableFiles.rename(temporary, file);
    }

    /**
     * Whether a file with that content is the work of that store. Not when the store is older than its own file: it was
     * restored from a backup then, and the file may know addresses which the store has forgotten and would give to others.
     */
    boolean vouchesFor(String sha256, String thatStore, long atRevision) {
        return store.equals(thatStore) && revision <= atRevision && (sha256.equals(last) || sha256.equals(next));
    }
}
