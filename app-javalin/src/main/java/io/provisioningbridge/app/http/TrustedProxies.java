package io.provisioningbridge.app.http;

import io.provisioningbridge.app.config.IpLiterals;
import io.provisioningbridge.app.config.IpNetwork;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxies in front of us, whose {@code Forwarded} (RFC 7239) or {@code X-Forwarded-For} header is believed: the client
 * is the rightmost address in it that is not a trusted proxy itself. Immutable.
 */
public final class TrustedProxies {

    /** Nobody is believed: the client is whoever opened the connection. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    // for=192.0.2.1, for="[2001:db8::1]:4711"; other parameters are of no interest.
    private static final Pattern FOR = Pattern.compile("(?i)(?:^|;)\\s*for=\"?([^\";]*)\"?\\s*(?:;|$)");
    private static final Pattern NODE = Pattern.compile("\\[([^\\]]*)\\](?::\\w+)?|([^:]+):\\w+|(.*)");

    private final List<IpNetwork> networks;

    private TrustedProxies(List<IpNetwork> networks) {
        this.networks = networks;
    }

    public static TrustedProxies of(List<IpNetwork> networks) {
        return new TrustedProxies(List.copyOf(networks));
    }

    /**
     * The client behind a connection.
     *
     * <p>When both headers are there and name different clients, one of them came from the client (a proxy writes the one it
     * knows and passes the other on); then neither is believed and the proxy itself counts.
     *
     * @param peer who opened the connection
     * @param forwarded values of every {@code Forwarded} header, in order
     * @param forwardedFor values of every {@code X-Forwarded-For} header, in order
     */
    InetAddress clientOf(InetAddress peer, List<String> forwarded, List<String> forwardedFor) {
        if (!trusts(peer) || (forwarded.isEmpty() && forwardedFor.isEmpty())) {
            return peer;
        }
        InetAddress byForwarded = rightmostUntrusted(peer, nodesOf(forwarded, true));
        InetAddress byForwardedFor = rightmostUntrusted(peer, nodesOf(forwardedFor, false));
        if (forwarded.isEmpty()) {
            return byForwardedFor;
        }
        return forwardedFor.isEmpty() || byForwarded.equals(byForwardedFor) ? byForwarded : peer;
    }

    private InetAddress rightmostUntrusted(InetAddress peer, List<String> nodes) {
        List<String> fromTheRight = new ArrayList<>(nodes);
        Collections.reverse(fromTheRight);
        InetAddress client = peer;
        for (String node : fromTheRight) {
            Optional<InetAddress> next = addressOf(node);
            if (next.isEmpty()) {
                // "unknown", an obfuscated name, or nonsense: the last hop we know is as far as we can tell.
                return client;
            }
            client = next.get();
            if (!trusts(client)) {
                return client;
            }
        }
        return client;
    }

    private boolean trusts(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static List<String> nodesOf(List<String> headers, boolean rfc7239) {
        List<String> nodes = new ArrayList<>();
        for (String element : String.join(",", headers).split(",", -1)) {
            if (rfc7239) {
                Matcher parameter = FOR.matcher(element.strip());
                nodes.add(parameter.find() ? parameter.group(1) : "");
            } else {
                nodes.add(element.strip());
            }
        }
        return nodes;
    }

    private static Optional<InetAddress> addressOf(String node) {
        Optional<InetAddress> plain = IpLiterals.parse(node);
        if (plain.isPresent()) {
            return plain;
        }
        Matcher withPort = NODE.matcher(node);
        if (!withPort.matches()) {
            return Optional.empty();
        }
        String host = withPort.group(1) != null ? withPort.group(1) : withPort.group(2);
        return host == null ? Optional.empty() : IpLiterals.parse(host);
    }

    @Override
    public String toString() {
        return networks.toString();
    }
}
