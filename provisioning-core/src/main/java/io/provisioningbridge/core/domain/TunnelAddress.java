package io.provisioningbridge.core.domain;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An IPv4 address inside the tunnel. Ordered by number. */
public record TunnelAddress(long number) implements Comparable<TunnelAddress> {

    private static final Pattern DOTTED = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    public TunnelAddress {
        if (number < 0 || number > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("not an IPv4 address: " + number);
        }
    }

    /** Dotted decimal without leading zeros, nothing else. */
    public static Parsed<TunnelAddress> parse(String text) {
        Matcher dotted = DOTTED.matcher(text);
        if (!dotted.matches()) {
            return Parsed.invalid("'" + text + "' is not an IPv4 address such as 10.8.0.2");
        }
        long number = 0;
        for (int i = 1; i <= 4; i++) {
            String part = dotted.group(i);
            int octet = Integer.parseInt(part);
            if (octet > 255 || (part.length() > 1 && part.startsWith("0"))) {
                return Parsed.invalid("'" + text + "' is not an IPv4 address such as 10.8.0.2");
            }
            number = number << 8 | octet;
        }
        return Parsed.valid(new TunnelAddress(number));
    }

    @Override
    public int compareTo(TunnelAddress other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return (number >> 24) + "." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255);
    }
}
