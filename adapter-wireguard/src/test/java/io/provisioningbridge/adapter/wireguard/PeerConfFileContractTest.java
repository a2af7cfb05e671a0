package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.testkit.contract.TunnelPeersContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract, with the file in the server's place. */
final class PeerConfFileContractTest implements TunnelPeersContract {

    private static final Pattern PEER =
            Pattern.compile("\\[Peer]\nPublicKey = (?<key>\\S+)\nAllowedIPs = (?<ips>[^\n]+)\n");

    @TempDir
    private Path directory;

    private Path file;
    private String empty;
    private TunnelPeers peers;

    @BeforeEach
    void makeServer() throws IOException {
        WireGuardServerFiles files = new WireGuardServerFiles(directory, "wg0");
        files.create(AddressPools.parse("10.8.0.0/15").orThrow(), 51820, new SecureRandom())
                .orThrow();
        file = files.configuration();
        empty = Files.readString(file);
        peers = new PeerConfFile(file);
    }

    @Override
    public TunnelPeers peers() {
        return peers;
    }

    @Override
    public Map<PeerKey, Set<String>> known() {
        Map<PeerKey, Set<String>> known = new HashMap<>();
        Matcher peer = PEER.matcher(text());
        while (peer.find()) {
            known.put(new PeerKey(peer.group("key")), Set.of(peer.group("ips").split(", ")));
        }
        return known;
    }

    @Override
    public void addForeign(PeerKey key, Set<String> allowedIps) {
        write(text() + "\n[Peer]\nPublicKey = " + key + "\nAllowedIPs = " + String.join(", ", allowedIps) + "\n");
    }

    @Override
    public void loseEverything() {
        write(empty);
    }

    @Override
    public void goAway() {
        move(file, away());
    }

    @Override
    public void comeBack() {
        move(away(), file);
    }

    private Path away() {
        return directory.resolve("away");
    }

    private String text() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
