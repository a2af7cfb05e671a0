package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.regex.Pattern;

/**
 * Where devices reach the tunnel server.
 *
 * @param host a host name (RFC 1123, underscores allowed), an IPv4 address, or an IPv6 address without brackets or zone
 * @param port UDP, 1 to 65535
 */
public record Endpoint(String host, int port) {

    private static final int MAX_NAME = 253;
    private static final Pattern NAME = Pattern.compile(
            "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\\.?");
    // A resolver takes such a name for an IPv4 address, also a short or octal one: 10.1 is 10.0.0.1.
    private static final Pattern ENDS_WITH_NUMBER = Pattern.compile("(.*\\.)?(\\d+|0[xX][0-9A-Fa-f]*)\\.?");
    private static final Pattern PORT = Pattern.compile("[1-9]\\d{0,4}");
    private static final int MAX_PORT = 65535;

    public Endpoint {
        String problem = problemOf(host);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
        }
    }

    /** {@code vpn.example.org:51820}, {@code 192.0.2.1:51820} or {@code [2001:db8::1]:51820}. */
    public static Parsed<Endpoint> parse(String text) {
        boolean bracketed = text.startsWith("[");
        int colon = bracketed ? text.indexOf("]:") + 1 : text.lastIndexOf(':');
        if (!bracketed && text.indexOf(':') != colon) {
            return Parsed.invalid(Printable.quote(text)
                    + " is ambiguous: write an IPv6 address in brackets, as in [2001:db8::1]:51820");
        }
        if (colon < 1) {
            return Parsed.invalid(Printable.quote(text) + " has no port: write host:port, as in vpn.example.org:51820");
        }
        String port = text.substring(colon + 1);
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > MAX_PORT) {
            return Parsed.invalid("the port of " + Printable.quote(text) + " is not a number from 1 to 65535");
        }
        String host = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
        if (bracketed && !host.contains(":")) {
            return Parsed.invalid(Printable.quote(text) + " has brackets around what is not an IPv6 address");
        }
        String problem = problemOf(host);
        return problem.isEmpty() ? Parsed.valid(new Endpoint(host, Integer.parseInt(port))) : Parsed.invalid(problem);
    }

    private static String problemOf(String host) {
        if (host.contains(":")) {
            return Ipv6.parse(host).fold(address -> "", problem -> problem);
        }
        if (ENDS_WITH_NUMBER.matcher(host).matches()) {
            return TunnelAddress.parse(host)
                    .fold(
                            address -> "",
                            problem -> Printable.quote(host) + " is not an IPv4 address such as 192.0.2.1");
        }
        if (host.length() > MAX_NAME || !NAME.matcher(host).matches()) {
            return Printable.quote(host) + " is not a host name, an IPv4 address or a bracketed IPv6 address";
        }
        return "";
    }

    /** As {@code wg} reads it: an IPv6 address stands in brackets. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
