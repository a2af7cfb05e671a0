package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Parsed;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** IPv6 literals. */
final class Ipv6 {

    private static final Pattern LITERAL = Pattern.compile("[0-9A-Fa-f:]+(\\d+\\.\\d+\\.\\d+\\.\\d+)?");

    private Ipv6() {}

    /** 16 bytes of an address without zone; one that merely wraps an IPv4 address is refused. Never asks a name server. */
    static Parsed<byte[]> parse(String text) {
        // The pattern keeps out what InetAddress would look up as a name: it takes anything with two colons for a
        // literal.
        if (LITERAL.matcher(text).matches() && text.indexOf(':') != text.lastIndexOf(':')) {
            try {
                if (InetAddress.getByName(text) instanceof Inet6Address address) {
                    return Parsed.valid(address.getAddress());
                }
            } catch (UnknownHostException notALiteral) {
                return invalid(text);
            }
        }
        return invalid(text);
    }

    private static Parsed<byte[]> invalid(String text) {
        return Parsed.invalid(Printable.quote(text) + " is not an IPv6 address such as 2001:db8::1");
    }
}
