package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What another installation's {@code cdm_peers.json} says, sorted out. That installation wrote its file without a lock, so
 * that many devices may stand on one address (observed: complete-device-management). An address that is in the file is in
 * use, whoever uses it: it is reserved for the one id that names it, or withheld from everybody.
 *
 * @param reserved addresses by id, each address once; ids are free text of up to 256 printable characters
 * @param withheld addresses nobody is given, with the ids that claim them: several ids, one id that names several addresses,
 *     or an id that cannot be kept
 * @param leftOut entries that cannot be kept, with the reason
 * @param sha256 of the file
 */
public record PeerImport(
        SortedMap<String, TunnelAddress> reserved,
        SortedMap<TunnelAddress, SortedSet<String>> withheld,
        List<LeftOut> leftOut,
        String sha256) {

    public PeerImport {
        reserved = Collections.unmodifiableSortedMap(new TreeMap<>(reserved));
        SortedMap<TunnelAddress, SortedSet<String>> copies = new TreeMap<>();
        withheld.forEach((address, ids) -> copies.put(address, Collections.unmodifiableSortedSet(new TreeSet<>(ids))));
        withheld = Collections.unmodifiableSortedMap(copies);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * An entry that cannot be kept.
     *
     * @param id in quotes and safe to show
     * @param reason safe to show
     */
    public record LeftOut(String id, String reason) {}

    /**
     * Reads a file that is an object of ids and addresses; the rest is taken leniently: an id that is no device id, an
     * address with {@code /32}, an entry that makes no sense.
     *
     * @param file a regular file
     * @param pools this bridge's own networks: what no device can have in them is left out
     * @return what it says; or, to be shown, why it cannot be read
     */
    public static Parsed<PeerImport> read(Path file, AddressPools pools) {
        MessageDigest digest = Fingerprint.digest();
        ImportSorter sorter = new ImportSorter(pools);
        try {
            long size = DurableFiles.attributes(file)
                    .filter(found -> found.isRegularFile())
                    .map(found -> found.size())
                    .orElse(-1L);
            if (size < 0) {
                return Parsed.invalid(file + " is not there, or not a regular file");
            }
            if (size > PeersJson.MAX_READ) {
                return Parsed.invalid(file + " is larger than " + (PeersJson.MAX_READ >> 20) + " MiB");
            }
            try (InputStream in = new DigestInputStream(DurableFiles.read(file), digest)) {
                Parsed<Integer> entries = PeersJson.read(in, sorter::add);
                in.transferTo(OutputStream.nullOutputStream());
                return entries.fold(
                        count -> Parsed.valid(sorter.sorted(HexFormat.of().formatHex(digest.digest()))),
                        problem -> Parsed.invalid(file + " " + problem));
            }
        } catch (IOException e) {
            return Parsed.invalid(file + " cannot be read: " + e);
        }
    }

    /**
     * The change that takes it over.
     *
     * @param at now
     * @param cause who asked for it
     */
    public Change.AddressesImported change(Instant at, String cause) {
        return Change.AddressesImported.of(
                reserved,
                withheld.keySet(),
                new AuditEvent(
                        at,
                        "",
                        AuditEvent.Action.ADDRESSES_IMPORTED,
                        cause,
                        reserved.size() + " reserved, " + withheld.size() + " withheld, " + leftOut.size()
                                + " left out, from a file with SHA-256 " + sha256));
    }
}
