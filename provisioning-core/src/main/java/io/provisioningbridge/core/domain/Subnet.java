package io.provisioningbridge.core.domain;

/**
 * An IPv4 network of tunnel addresses, /8 to /30. Its first host address belongs to the WireGuard server; that one, the
 * network and the broadcast address are never given to a device.
 *
 * @param network the network address, its host bits zero
 * @param prefixLength 8 to 30
 */
public record Subnet(TunnelAddress network, int prefixLength) {

    public Subnet {
        if (prefixLength < 8 || prefixLength > 30) {
            throw new IllegalArgumentException("the prefix length must be 8 to 30, not " + prefixLength);
        }
        if ((network.number() & (sizeOf(prefixLength) - 1)) != 0) {
            throw new IllegalArgumentException(network + "/" + prefixLength + " has host bits set");
        }
    }

    /** {@code 10.8.0.0/24}. */
    public static Parsed<Subnet> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,2}")) {
            return Parsed.invalid("'" + text + "' is not a network such as 10.8.0.0/24");
        }
        int prefix = Integer.parseInt(text.substring(slash + 1));
        return TunnelAddress.parse(text.substring(0, slash)).fold(address -> of(address, prefix), Parsed::invalid);
    }

    private static Parsed<Subnet> of(TunnelAddress address, int prefix) {
        if (prefix < 8 || prefix > 30) {
            return Parsed.invalid("the network must be between /8 and /30, not /" + prefix);
        }
        long host = address.number() & (sizeOf(prefix) - 1);
        if (host != 0) {
            return Parsed.invalid(address + "/" + prefix + " has host bits set; did you mean "
                    + new TunnelAddress(address.number() - host) + "/" + prefix + "?");
        }
        return Parsed.valid(new Subnet(address, prefix));
    }

    /** The WireGuard server's own address: the first host address. */
    public TunnelAddress serverAddress() {
        return new TunnelAddress(network.number() + 1);
    }

    /** The lowest address a device can get. */
    public TunnelAddress firstAssignable() {
        return new TunnelAddress(network.number() + 2);
    }

    /** The highest address a device can get. */
    public TunnelAddress lastAssignable() {
        return new TunnelAddress(network.number() + sizeOf(prefixLength) - 2);
    }

    /** How many devices fit: 253 in a /24. */
    public long capacity() {
        return sizeOf(prefixLength) - 3;
    }

    public boolean contains(TunnelAddress address) {
        return address.number() >= network.number() && address.number() < network.number() + sizeOf(prefixLength);
    }

    /** Whether a device may be given this address. */
    public boolean assignable(TunnelAddress address) {
        return address.compareTo(firstAssignable()) >= 0 && address.compareTo(lastAssignable()) <= 0;
    }

    public boolean overlaps(Subnet other) {
        return contains(other.network) || other.contains(network);
    }

    private static long sizeOf(int prefixLength) {
        return 1L << (32 - prefixLength);
    }

    @Override
    public String toString() {
        return network + "/" + prefixLength;
    }
}
