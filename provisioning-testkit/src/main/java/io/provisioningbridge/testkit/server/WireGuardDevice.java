package io.provisioningbridge.testkit.server;

import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A device of a {@link WireGuardServer}: a network of its own, a cable to the server's, and wireguard-go. It ends with the
 * server. Not safe for concurrent use.
 */
public final class WireGuardDevice {

    private static final Pattern SUMMARY = Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

    /** How a series of pings went. */
    public record Pings(int sent, int answered) {

        public int lost() {
            return sent - answered;
        }
    }

    private final NetworkNamespace network;
    private final TunnelAddress server;
    private final List<String> inside;
    private final ServerProcess process;

    private WireGuardDevice(
            NetworkNamespace network, TunnelAddress server, List<String> inside, ServerProcess process) {
        this.network = network;
        this.server = server;
        this.inside = inside;
        this.process = process;
    }

    static WireGuardDevice make(
            WireGuardServer server,
            NetworkNamespace network,
            int number,
            PeerKeyPair pair,
            TunnelAddress address,
            Subnet subnet) {
        String name = "device" + number;
        String tunnel = "wgd" + number;
        String link = "192.0.2." + number * 4;
        String serverEnd = "192.0.2." + (number * 4 + 1);
        String deviceEnd = "192.0.2." + (number * 4 + 2);
        if (number * 4 > 250) {
            throw new IllegalArgumentException("no addresses left for cable " + link);
        }
        network.run("ip", "netns", "add", name);
        network.run("ip", "link", "add", "cable" + number, "type", "veth", "peer", "name", "uplink", "netns", name);
        network.run("ip", "address", "add", serverEnd + "/30", "dev", "cable" + number);
        network.run("ip", "link", "set", "cable" + number, "up");
        List<String> inside = List.of("ip", "netns", "exec", name);
        run(network, inside, "ip", "address", "add", deviceEnd + "/30", "dev", "uplink");
        run(network, inside, "ip", "link", "set", "uplink", "up");
        ServerProcess process = server.wireguardGo(tunnel, inside);
        run(
                network,
                inside,
                "wg",
                "set",
                tunnel,
                "private-key",
                server.privateKeyFile(name, pair).toString(),
                "peer",
                server.publicKey().base64(),
                "endpoint",
                serverEnd + ":" + WireGuardServer.PORT,
                "allowed-ips",
                subnet.toString());
        run(network, inside, "ip", "address", "add", address + "/" + subnet.prefixLength(), "dev", tunnel);
        run(network, inside, "ip", "link", "set", tunnel, "up");
        return new WireGuardDevice(network, subnet.serverAddress(), inside, process);
    }

    /**
     * Pings the server through the tunnel.
     *
     * @param every at least 2 ms, or 200 ms without root
     */
    public Pings ping(int count, Duration every) {
        String seconds = String.format(Locale.ROOT, "%.3f", every.toNanos() / 1e9);
        // Ping's own status says only whether all was lost; its summary says it better.
        String output = run(
                network,
                inside,
                "sh",
                "-c",
                "ping -q -n -W 1 -c " + count + " -i " + seconds + " " + server + " || test $? = 1");
        Matcher summary = SUMMARY.matcher(output);
        if (!summary.find()) {
            throw new IllegalStateException("ping said: " + output);
        }
        return new Pings(Integer.parseInt(summary.group(1)), Integer.parseInt(summary.group(2)));
    }

    /** Whether the server answers through the tunnel within that time. A handshake that failed is tried again after 5 s. */
    public boolean reachesServer(Duration within) {
        long end = System.nanoTime() + within.toNanos();
        do {
            if (ping(1, Duration.ofMillis(200)).answered() > 0) {
                return true;
            }
        } while (System.nanoTime() < end);
        return false;
    }

    private static String run(NetworkNamespace network, List<String> inside, String... command) {
        List<String> words = new ArrayList<>(inside);
        words.addAll(List.of(command));
        return network.run(words.toArray(new String[0]));
    }

    void close() {
        process.stop();
    }
}
