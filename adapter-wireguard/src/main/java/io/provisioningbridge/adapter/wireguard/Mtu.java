package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.Parsed;
import java.util.regex.Pattern;

/**
 * The largest packet inside the tunnel.
 *
 * @param bytes 1280 (what IPv6 needs) to 1500, or 0: not said, wg-quick works it out from the route
 */
public record Mtu(int bytes) {

    /** No {@code MTU} line. */
    public static final Mtu AUTOMATIC = new Mtu(0);

    private static final int MIN = 1280;
    private static final int MAX = 1500;
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{3}");

    public Mtu {
        if (bytes != 0 && (bytes < MIN || bytes > MAX)) {
            throw new IllegalArgumentException("an MTU is 1280 to 1500 bytes, not " + bytes);
        }
    }

    /** A number of bytes. */
    public static Parsed<Mtu> parse(String text) {
        if (NUMBER.matcher(text).matches()) {
            int bytes = Integer.parseInt(text);
            if (bytes >= MIN && bytes <= MAX) {
                return Parsed.valid(new Mtu(bytes));
            }
        }
        return Parsed.invalid(Printable.quote(text) + " is not an MTU: a number of bytes from 1280 to 1500");
    }
}
