package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.core.port.TunnelPeers.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The bridge's peers in a server's configuration, in the order of their addresses, and what they must keep away from. */
final class PeerBlock {

    private static final String NOTE =
            "# Written by the Provisioning Bridge: changes in here are lost. Put your own outside.\n";

    /** The text of a block without peers. */
    static final String EMPTY = ServerConf.BEGIN + "\n" + NOTE + "\n" + ServerConf.END + "\n";

    private static final String SINGLE = "/32";

    private final String before;
    private final String after;
    private final Map<PeerKey, Set<String>> foreign;
    private final Map<String, PeerKey> foreignByNetwork = new HashMap<>();

    private final TreeMap<TunnelAddress, PeerKey> byAddress = new TreeMap<>();
    private final Map<PeerKey, TunnelAddress> byKey = new HashMap<>();
    private boolean toBeWritten;

    private PeerBlock(ServerConf conf) {
        before = conf.before();
        after = conf.after();
        foreign = Map.copyOf(conf.foreign());
        foreign.forEach((key, networks) -> networks.forEach(network -> foreignByNetwork.put(network, key)));
    }

    /** What a file says. Peers in the block that the bridge would not have written so are left out, and lost when it writes. */
    static PeerBlock of(ServerConf conf) {
        PeerBlock block = new PeerBlock(conf);
        conf.ours()
                .forEach((key, networks) -> single(networks)
                        .filter(address -> block.clash(key, address).isEmpty())
                        .ifPresent(address -> block.assign(key, address)));
        block.toBeWritten = !conf.block().isEmpty() && !block.isExactly(conf.block());
        return block;
    }

    private static Optional<TunnelAddress> single(Set<String> networks) {
        if (networks.size() != 1) {
            return Optional.empty();
        }
        String network = networks.iterator().next();
        return network.endsWith(SINGLE)
                ? TunnelAddress.parse(network.substring(0, network.length() - SINGLE.length()))
                        .value()
                : Optional.empty();
    }

    Result put(Assignment peer) {
        Optional<String> clash = peer.replaces().stream()
                .filter(foreign::containsKey)
                .findFirst()
                .map(PeerBlock::standsOutside)
                .or(() -> clash(peer.key(), peer.address()));
        if (clash.isPresent()) {
            return new Result.Refused(clash.get());
        }
        peer.replaces().forEach(this::drop);
        if (!peer.address().equals(byKey.get(peer.key()))) {
            assign(peer.key(), peer.address());
        }
        return new Result.Done();
    }

    Result remove(PeerKey key) {
        if (foreign.containsKey(key)) {
            return new Result.Refused(standsOutside(key));
        }
        drop(key);
        return new Result.Done();
    }

    private Optional<String> clash(PeerKey key, TunnelAddress address) {
        if (foreign.containsKey(key)) {
            return Optional.of(standsOutside(key));
        }
        return Optional.ofNullable(foreignByNetwork.get(address + SINGLE))
                .map(other -> address + " belongs to the peer " + other + ", which stands outside the bridge's block");
    }

    private static String standsOutside(PeerKey key) {
        return "the peer " + key + " stands outside the bridge's block, where the bridge changes nothing";
    }

    private void assign(PeerKey key, TunnelAddress address) {
        drop(key);
        PeerKey other = byAddress.put(address, key);
        if (other != null) {
            byKey.remove(other);
        }
        byKey.put(key, address);
        toBeWritten = true;
    }

    private void drop(PeerKey key) {
        TunnelAddress address = byKey.remove(key);
        if (address != null) {
            byAddress.remove(address);
            toBeWritten = true;
        }
    }

    /** Whether the file does not say what this does. */
    boolean isToBeWritten() {
        return toBeWritten;
    }

    /** Writes the whole file, which then says what this does. */
    void writeTo(Appendable out) throws IOException {
        out.append(before);
        if (!before.isEmpty() && !before.endsWith("\n")) {
            out.append('\n');
        }
        writeBlock(out);
        out.append(after);
        toBeWritten = false;
    }

    private void writeBlock(Appendable out) throws IOException {
        out.append(ServerConf.BEGIN).append('\n').append(NOTE);
        for (Map.Entry<TunnelAddress, PeerKey> peer : byAddress.entrySet()) {
            out.append(ServerConf.peer(peer.getValue(), peer.getKey()));
        }
        out.append('\n').append(ServerConf.END).append('\n');
    }

    private boolean isExactly(String block) {
        StringBuilder text = new StringBuilder(block.length() + 1);
        try {
            writeBlock(text);
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be written", e);
        }
        return block.contentEquals(text);
    }
}
