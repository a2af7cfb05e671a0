package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.TunnelAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** IP addresses written out, without ever asking DNS. */
public final class IpLiterals {

    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:][0-9a-fA-F:.]+");

    private IpLiterals() {}

    /** Strict dotted decimal, or IPv6 without brackets and zone. */
    public static Optional<InetAddress> parse(String text) {
        boolean ipv4 = TunnelAddress.parse(text).value().isPresent();
        boolean ipv6 = text.contains(":") && IPV6.matcher(text).matches();
        if (!ipv4 && !ipv6) {
            return Optional.empty();
        }
        try {
            // Text of these two shapes is parsed or refused by the JDK, never looked up.
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException notAnAddress) {
            return Optional.empty();
        }
    }
}
