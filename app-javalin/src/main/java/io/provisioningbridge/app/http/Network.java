package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.Parsed;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An IPv4 or IPv6 network in CIDR notation; a single address is a network of one. Never asks a name server. */
record Network(InetAddress address, int prefixLength) {

    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

    static Parsed<Network> parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        Optional<InetAddress> address = address(literal);
        if (address.isEmpty()) {
            return Parsed.invalid("'" + text + "' is not a network such as 10.0.0.0/8 or fd00::/8");
        }
        int bits = address.get().getAddress().length * 8;
        String prefix = slash < 0 ? String.valueOf(bits) : text.substring(slash + 1);
        if (!PREFIX.matcher(prefix).matches() || Integer.parseInt(prefix) > bits) {
            return Parsed.invalid("'" + text + "' needs a prefix length of 0 to " + bits + " after the slash");
        }
        Network network = new Network(address.get(), Integer.parseInt(prefix));
        return network.hasHostBits() ? Parsed.invalid("'" + text + "' has host bits set") : Parsed.valid(network);
    }

    /** The address of an IP literal; an IPv4 address mapped into IPv6 is that IPv4 address. Empty for anything else. */
    static Optional<InetAddress> address(String literal) {
        try {
            Matcher dotted = IPV4.matcher(literal);
            if (dotted.matches()) {
                byte[] octets = new byte[4];
                for (int i = 0; i < 4; i++) {
                    int octet = Integer.parseInt(dotted.group(i + 1));
                    if (octet > 255) {
                        return Optional.empty();
                    }
                    octets[i] = (byte) octet;
                }
                return Optional.of(InetAddress.getByAddress(octets));
            }
            // Text with a colon is an IPv6 literal or an error for the JDK, never a name to look up.
            return IPV6.matcher(literal).matches() ? Optional.of(InetAddress.getByName(literal)) : Optional.empty();
        } catch (UnknownHostException notAnAddress) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < prefixLength; bit++) {
            if (bitOf(mine, bit) != bitOf(theirs, bit)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasHostBits() {
        byte[] bytes = address.getAddress();
        for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
            if (bitOf(bytes, bit) != 0) {
                return true;
            }
        }
        return false;
    }

    private static int bitOf(byte[] bytes, int index) {
        return bytes[index / 8] >> (7 - index % 8) & 1;
    }
}
