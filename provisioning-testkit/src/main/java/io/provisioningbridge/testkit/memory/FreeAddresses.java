package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The addresses that can be given out, kept as ranges, so that a /8 costs no more than a /24 and every step is O(log n). The
 * lowest one of the first pool that has any comes first: an address that was put back before one that was never used.
 */
final class FreeAddresses {

    private final AddressPools pools;
    private final TreeMap<Long, Long> lastByFirst = new TreeMap<>();

    FreeAddresses(AddressPools pools) {
        this.pools = pools;
        for (Subnet subnet : pools.subnets()) {
            lastByFirst.put(
                    subnet.firstAssignable().number(), subnet.lastAssignable().number());
        }
    }

    Optional<TunnelAddress> lowest() {
        for (Subnet subnet : pools.subnets()) {
            Long first = lastByFirst.ceilingKey(subnet.firstAssignable().number());
            if (first != null && subnet.assignable(new TunnelAddress(first))) {
                return Optional.of(new TunnelAddress(first));
            }
        }
        return Optional.empty();
    }

    /** Takes an address out; one that is not free, or in no pool, changes nothing. */
    void take(TunnelAddress address) {
        long number = address.number();
        Map.Entry<Long, Long> range = lastByFirst.floorEntry(number);
        if (range == null || range.getValue() < number) {
            return;
        }
        lastByFirst.remove(range.getKey());
        putRange(range.getKey(), number - 1);
        putRange(number + 1, range.getValue());
    }

    /** Puts an address back that was taken; one in no pool is forgotten. */
    void putBack(TunnelAddress address) {
        if (!pools.assignable(address)) {
            return;
        }
        long first = address.number();
        long last = address.number();
        Map.Entry<Long, Long> below = lastByFirst.floorEntry(first);
        if (below != null && below.getValue() == first - 1) {
            first = below.getKey();
        }
        Long above = lastByFirst.remove(last + 1);
        if (above != null) {
            last = above;
        }
        lastByFirst.put(first, last);
    }

    private void putRange(long first, long last) {
        if (first <= last) {
            lastByFirst.put(first, last);
        }
    }
}
