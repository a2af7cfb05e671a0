package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The peers of a WireGuard interface, kernel or userspace, changed by {@code wg set} with many peers at a time. Needs the
 * right to do so: root, {@code CAP_NET_ADMIN}, or a prefix that gives it.
 *
 * <p>The interface is never written as a whole ({@code wg setconf} ends sessions), and asked neither for its private key nor
 * for pre-shared ones.
 */
public final class CommandTunnelPeers extends LiveTunnelPeers {

    // About 80 bytes each; Linux takes 2 MiB of arguments.
    private static final int CLAUSES_PER_MESSAGE = 400;

    // What wg says (observed: 1.0.20210914) when it was understood and turned down.
    private static final String TURNED_DOWN = "Invalid argument";

    // wg still wrote when wireguard-go, at the first bad peer, had stopped reading: ended by SIGPIPE (observed).
    private static final int BROKEN_PIPE = 128 + 13;

    // What a shell says, and so do nsenter, ip netns exec and env, of a program they do not find.
    private static final int NOT_FOUND = 127;

    private final String interfaceName;
    private final Command command;
    private final AtomicLong epoch = new AtomicLong();

    /**
     * @param interfaceName such as {@code wg0}
     * @param prefix words before {@code wg} and before {@code stat}, which tells when the interface is made anew: {@code sudo
     *     -n}, {@code ip netns exec vpn}; mostly empty
     * @param deadline of each call; positive
     */
    public CommandTunnelPeers(String interfaceName, List<String> prefix, Duration deadline) {
        super(CLAUSES_PER_MESSAGE, deadline);
        this.interfaceName = interfaceName;
        this.command = new Command(prefix);
    }

    @Override
    String putClause(PeerKey key, TunnelAddress address) {
        return "peer " + key + " allowed-ips " + address + "/32";
    }

    @Override
    String removeClause(PeerKey key) {
        return "peer " + key + " remove";
    }

    @Override
    Optional<String> send(List<String> clauses, Deadline until) {
        List<String> words = new ArrayList<>(List.of("wg", "set", interfaceName));
        clauses.forEach(clause -> words.addAll(List.of(clause.split(" "))));
        Command.Ended wg = command.run(words, until);
        if (wg.status() == 0) {
            return Optional.empty();
        }
        if (!wg.errors().contains(TURNED_DOWN) && wg.status() != BROKEN_PIPE) {
            throw unavailable(wg);
        }
        return Optional.of("WireGuard refused (" + wg.errors()
                + "): the interface is full (wireguard-go takes 65,536 peers), or the item is invalid");
    }

    @Override
    Map<PeerKey, Set<String>> list(Deadline until) {
        Command.Ended wg = command.run(List.of("wg", "show", interfaceName, "allowed-ips"), until);
        if (wg.status() != 0) {
            throw unavailable(wg);
        }
        Map<PeerKey, Set<String>> peers = new HashMap<>();
        wg.output().lines().forEach(line -> {
            String[] columns = line.split("\t", 2);
            // One whose key is none this bridge would take cannot be named, and is nobody's here.
            PeerKey.parse(columns[0]).value().ifPresent(key -> peers.put(key, addresses(columns)));
        });
        return Map.copyOf(peers);
    }

    private static Set<String> addresses(String[] columns) {
        return columns.length < 2 || columns[1].equals("(none)") ? Set.of() : Set.of(columns[1].split(" "));
    }

    /** Told by the inode of the interface's directory in {@code /sys}: another one whenever the interface is made. */
    @Override
    public long epoch() {
        try {
            Command.Ended stat = command.run(
                    List.of("stat", "-L", "-c", "%i", "/sys/class/net/" + interfaceName), Deadline.in(deadline()));
            if (stat.status() == 0) {
                epoch.set(Long.parseLong(stat.output().strip()));
            }
        } catch (BackendUnavailableException | NumberFormatException away) {
            // Then what was last known stands.
        }
        return epoch.get();
    }

    private BackendUnavailableException unavailable(Command.Ended wg) {
        String advice = "";
        if (wg.status() == NOT_FOUND) {
            advice = ": install wireguard-tools";
        } else if (wg.errors().contains("No such device")) {
            advice = ": bring the interface up";
        } else if (wg.errors().contains("not permitted") || wg.errors().contains("ermission denied")) {
            advice = ": the bridge needs CAP_NET_ADMIN, or a prefix that gives it";
        }
        return new BackendUnavailableException(
                "`wg` ended with status " + wg.status() + " for " + interfaceName + " (" + wg.errors() + ")" + advice,
                Effect.POSSIBLE);
    }
}
