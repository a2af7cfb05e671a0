package io.provisioningbridge.adapter.wireguard;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Parsed;
import java.util.ArrayList;
import java.util.List;

/**
 * What a device sends into the tunnel and takes from it.
 *
 * @param networks at least one
 */
public record AllowedIps(List<Cidr> networks) {

    public AllowedIps {
        networks = List.copyOf(networks);
        if (networks.isEmpty()) {
            throw new IllegalArgumentException("a device that may reach no network needs no tunnel");
        }
    }

    /** Everything in the tunnel, nothing else: what devices get where nothing else is said. */
    public static AllowedIps of(AddressPools pools) {
        return new AllowedIps(pools.subnets().stream()
                .map(subnet -> Cidr.parse(subnet.toString()).orThrow())
                .toList());
    }

    /** One or more networks, comma-separated: {@code 10.8.0.0/24, fd00:8::/64}; an address alone means just that one. */
    public static Parsed<AllowedIps> parse(String text) {
        List<Cidr> networks = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Cidr.parse(part.strip()).fold(networks::add, problems::add);
        }
        return problems.isEmpty()
                ? Parsed.valid(new AllowedIps(networks))
                : Parsed.invalid(String.join("; ", problems));
    }

    @Override
    public String toString() {
        return String.join(", ", networks.stream().map(Cidr::toString).toList());
    }
}
