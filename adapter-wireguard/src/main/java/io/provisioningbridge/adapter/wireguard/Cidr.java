package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * A network to route, IPv4 or IPv6, its host bits zero: {@code wg} would clear them without a word, so that
 * {@code 10.8.0.41/24} becomes the whole network (observed: wireguard-tools 1.0.20210914).
 *
 * @param address as it was written
 * @param prefixLength 0 to 32, or to 128 for IPv6
 */
public record Cidr(String address, int prefixLength) {

    private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

    public Cidr {
        String problem = problemOf(address, prefixLength);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
    }

    /** {@code 10.8.0.0/24} or {@code fd00:8::/64}; an address alone stands for itself. */
    public static Parsed<Cidr> parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        String prefix = slash < 0 ? String.valueOf(bitsOf(address)) : text.substring(slash + 1);
        if (!PREFIX.matcher(prefix).matches() || numberOf(address).value().isEmpty()) {
            return Parsed.invalid(notANetwork(text));
        }
        String problem = problemOf(address, Integer.parseInt(prefix));
        return problem.isEmpty() ? Parsed.valid(new Cidr(address, Integer.parseInt(prefix))) : Parsed.invalid(problem);
    }

    private static String problemOf(String address, int prefixLength) {
        String text = address + "/" + prefixLength;
        int bits = bitsOf(address);
        Parsed<BigInteger> number = numberOf(address);
        if (number.value().isEmpty() || prefixLength < 0 || prefixLength > bits) {
            return notANetwork(text);
        }
        boolean hostBits =
                number.orThrow().getLowestSetBit() >= 0 && number.orThrow().getLowestSetBit() < bits - prefixLength;
        return hostBits
                ? Printable.quote(text) + " has host bits set; write the network, or /" + bits
                        + " for that address alone"
                : "";
    }

    private static Parsed<BigInteger> numberOf(String address) {
        return isIpv6(address)
                ? Ipv6.parse(address).fold(raw -> Parsed.valid(new BigInteger(1, raw)), Parsed::invalid)
                : TunnelAddress.parse(address)
                        .fold(ipv4 -> Parsed.valid(BigInteger.valueOf(ipv4.number())), Parsed::invalid);
    }

    private static int bitsOf(String address) {
        return isIpv6(address) ? 128 : 32;
    }

    private static boolean isIpv6(String address) {
        return address.contains(":");
    }

    private static String notANetwork(String text) {
        return Printable.quote(text) + " is not a network such as 10.8.0.0/24 or fd00:8::/64";
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
