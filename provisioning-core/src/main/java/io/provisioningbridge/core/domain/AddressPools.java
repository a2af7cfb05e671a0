package io.provisioningbridge.core.domain;

import java.util.ArrayList;
import java.util.List;

/** The networks devices get their addresses from, in the order they are filled; at least one, none overlapping another. */
public record AddressPools(List<Subnet> subnets) {

    public AddressPools {
        subnets = List.copyOf(subnets);
        String problem = problemOf(subnets);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
    }

    public static AddressPools of(Subnet... subnets) {
        return new AddressPools(List.of(subnets));
    }

    /** One or more networks, comma-separated: {@code 10.8.0.0/24, 10.9.0.0/16}. */
    public static Parsed<AddressPools> parse(String text) {
        List<Subnet> subnets = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Subnet.parse(part.strip()).fold(subnets::add, problems::add);
        }
        if (problems.isEmpty()) {
            String overlap = problemOf(subnets);
            return overlap.isEmpty() ? Parsed.valid(new AddressPools(subnets)) : Parsed.invalid(overlap);
        }
        return Parsed.invalid(String.join("; ", problems));
    }

    private static String problemOf(List<Subnet> subnets) {
        if (subnets.isEmpty()) {
            return "at least one network is needed, such as 10.8.0.0/24";
        }
        for (int i = 0; i < subnets.size(); i++) {
            for (int j = i + 1; j < subnets.size(); j++) {
                if (subnets.get(i).overlaps(subnets.get(j))) {
                    return subnets.get(i) + " and " + subnets.get(j) + " overlap";
                }
            }
        }
        return "";
    }

    /** How many devices fit. */
    public long capacity() {
        return subnets.stream().mapToLong(Subnet::capacity).sum();
    }

    /** Whether a device may be given this address. */
    public boolean assignable(TunnelAddress address) {
        return subnets.stream().anyMatch(subnet -> subnet.assignable(address));
    }

    /** Whether this is the server's address in one of the networks. */
    public boolean isServerAddress(TunnelAddress address) {
        return subnets.stream().anyMatch(subnet -> subnet.serverAddress().equals(address));
    }

    @Override
    public String toString() {
        return String.join(",", subnets.stream().map(Subnet::toString).toList());
    }
}
