package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A directory with a peers file in it, as tests look at it. */
record PeersDirectory(Path path) {

    static final String STORE = "0123456789abcdef0123456789abcdef";
    static final String OTHER_STORE = "fedcba9876543210fedcba9876543210";

    Path file() {
        return path.resolve("cdm_peers.json");
    }

    Path temporary() {
        return path.resolve(".cdm_peers.json.tmp");
    }

    Path stamp() {
        return path.resolve(".cdm_peers.json.stamp");
    }

    Path stampTemporary() {
        return path.resolve(".cdm_peers.json.stamp.tmp");
    }

    /** Opened by a store that has, and had, these addresses only. */
    Parsed<CdmPeersFile> open(String store, PeerSnapshot snapshot) {
        return CdmPeersFile.open(path, store, snapshot, (id, address) -> false);
    }

    /** Opened by a store that is at that revision and knows no address at all: it recognizes its file by the stamp only. */
    Parsed<CdmPeersFile> openKnowingNothing(long revision) {
        return open(STORE, PeerSnapshot.of(revision, Map.of()));
    }

    String text() throws IOException {
        return Files.readString(file());
    }

    /** Changes the file in place, as an editor or another program does. */
    void edit(String text) throws IOException {
        Files.writeString(
                file(),
                text,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    /** Which file it is and when it was last written to. */
    String instance() throws IOException {
        return Files.getAttribute(file(), "unix:ino") + " " + Files.getLastModifiedTime(file());
    }

    String mode() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file()));
    }

    SortedMap<String, TunnelAddress> entries() throws IOException {
        SortedMap<String, TunnelAddress> entries = new TreeMap<>();
        try (InputStream in = Files.newInputStream(file())) {
            PeersJson.read(in, entry -> entries.put(entry.id(), entry.address().orThrow()))
                    .orThrow();
        }
        return entries;
    }

    static PeerSnapshot snapshot(long revision, String... idsAndAddresses) {
        SortedMap<String, TunnelAddress> addresses = new TreeMap<>();
        for (int i = 0; i < idsAndAddresses.length; i += 2) {
            addresses.put(idsAndAddresses[i], address(idsAndAddresses[i + 1]));
        }
        return new PeerSnapshot(revision, addresses);
    }

    /** A fleet in which every device has the one address that stands for the revision: a mixture shows. */
    static PeerSnapshot uniform(long revision, int devices) {
        SortedMap<String, TunnelAddress> addresses = new TreeMap<>();
        TunnelAddress address = new TunnelAddress(address("10.0.0.0").number() + revision);
        IntStream.range(0, devices).forEach(i -> addresses.put(String.format("device-%05d", i), address));
        return new PeerSnapshot(revision, addresses);
    }

    static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }
}
