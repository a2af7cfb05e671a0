package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 network, {@code 10.0.0.0/8} or {@code fd00::/8}.
 *
 * @param network its first address, all host bits zero
 * @param prefixLength up to 32 or 128
 */
public record IpNetwork(InetAddress network, int prefixLength) {

    private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

    public IpNetwork {
        if (prefixLength < 0 || prefixLength > bits(network)) {
            throw new IllegalArgumentException("not a prefix length: " + prefixLength);
        }
        if (!masked(network, prefixLength).equals(network)) {
            throw new IllegalArgumentException(network.getHostAddress() + "/" + prefixLength + " has host bits set");
        }
    }

    /** One network; an address alone is the network of just that address. */
    public static Parsed<IpNetwork> parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        return IpLiterals.parse(address)
                .map(ip ->
                        slash < 0 ? Parsed.valid(new IpNetwork(ip, bits(ip))) : of(ip, text.substring(slash + 1), text))
                .orElseGet(() -> Parsed.invalid(Quoted.of(text) + " is not a network such as 10.0.0.0/8 or fd00::/8"));
    }

    private static Parsed<IpNetwork> of(InetAddress address, String prefix, String text) {
        if (!PREFIX.matcher(prefix).matches() || Integer.parseInt(prefix) > bits(address)) {
            return Parsed.invalid(Quoted.of(text) + " has no prefix length between 0 and " + bits(address));
        }
        int length = Integer.parseInt(prefix);
        InetAddress network = masked(address, length);
        if (!network.equals(address)) {
            return Parsed.invalid(Quoted.of(text) + " has host bits set; did you mean " + network.getHostAddress() + "/"
                    + length + "?");
        }
        return Parsed.valid(new IpNetwork(network, length));
    }

    /** Networks, comma-separated; at least one. */
    public static Parsed<List<IpNetwork>> parseList(String text) {
        List<IpNetwork> networks = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            parse(part.strip()).fold(networks::add, problems::add);
        }
        return problems.isEmpty() ? Parsed.valid(List.copyOf(networks)) : Parsed.invalid(String.join("; ", problems));
    }

    /** Whether the address is in this network. An IPv4 address is in no IPv6 network. */
    public boolean contains(InetAddress address) {
        return bits(address) == bits(network) && masked(address, prefixLength).equals(network);
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length * 8;
    }

    private static InetAddress masked(InetAddress address, int prefixLength) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.max(0, Math.min(8, prefixLength - i * 8));
            bytes[i] &= (byte) (0xFF << (8 - kept));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }
}
