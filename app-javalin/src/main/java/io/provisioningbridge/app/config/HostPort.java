package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.util.regex.Pattern;

/**
 * A place in the network, {@code vpn.example.com:51820} or {@code [2001:db8::1]:51820}.
 *
 * @param host a DNS name, an IPv4 address, or an IPv6 address without brackets
 * @param port 0 to 65535; 0 is for listeners: any free port
 */
public record HostPort(String host, int port) {

    // Underscores are not for host names, but container networks have them.
    private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*\\.?");
    private static final int LONGEST_NAME = 254;
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");

    public HostPort {
        if (!isHost(host)) {
            throw new IllegalArgumentException("not a host: " + host);
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("not a port: " + port);
        }
    }

    /** Where something can be reached: the port is 1 to 65535. */
    public static Parsed<HostPort> parse(String text) {
        return parse(text, 1, "vpn.example.com:51820");
    }

    /** Where to listen: port 0 is any free one. */
    public static Parsed<HostPort> parseListener(String text) {
        return parse(text, 0, "0.0.0.0:8443");
    }

    private static Parsed<HostPort> parse(String text, int lowestPort, String example) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return Parsed.invalid(Quoted.of(text) + " has no port; write host:port, such as " + example);
        }
        String host = text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (host.startsWith("[") && host.endsWith("]") && host.contains(":")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            return Parsed.invalid(
                    Quoted.of(text) + " is not host:port; an IPv6 address stands in brackets, [2001:db8::1]:51820");
        }
        if (!isHost(host)) {
            return Parsed.invalid(Quoted.of(text)
                    + " does not begin with a host name or IP address; write host:port, such as " + example);
        }
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) < lowestPort || Integer.parseInt(port) > 65535) {
            return Parsed.invalid(Quoted.of(text) + " does not end with a port between " + lowestPort + " and 65535");
        }
        return Parsed.valid(new HostPort(host, Integer.parseInt(port)));
    }

    private static boolean isHost(String host) {
        if (IpLiterals.parse(host).isPresent()) {
            return true;
        }
        // A last label of digits only is a mistyped IPv4 address: no such top-level domain can be.
        return host.length() <= LONGEST_NAME && NAME.matcher(host).matches() && !host.matches("(.*\\.)?\\d+\\.?");
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
