package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The addresses that can be leased, as ranges: a whole /8 is one row, and every step is O(log n). No range reaches over a
 * pool's ends, since network, server and broadcast addresses are in none. What pools there are is not read from here.
 */
final class FreeRanges {

    private record Range(long first, long last) {}

    private final Handle handle;
    private final AddressPools pools;

    FreeRanges(Handle handle, AddressPools pools) {
        this.handle = handle;
        this.pools = pools;
    }

    /** Takes out the lowest address of the first pool that has any: one that was put back before one that was never used. */
    Optional<TunnelAddress> takeLowest() {
        for (Subnet subnet : pools.subnets()) {
            Optional<Range> range = select(
                    "first_address >= :a AND :b >= first_address ORDER BY first_address LIMIT 1",
                    subnet.firstAssignable().number(),
                    subnet.lastAssignable().number());
            if (range.isPresent()) {
                long lowest = range.get().first();
                if (lowest == range.get().last()) {
                    delete(range.get());
                } else {
                    beginLater(range.get());
                }
                return Optional.of(new TunnelAddress(lowest));
            }
        }
        return Optional.empty();
    }

    /** Puts an address back that was taken; one in no pool is forgotten. */
    void putBack(TunnelAddress address) {
        if (!pools.assignable(address)) {
            return;
        }
        long number = address.number();
        Range merged = new Range(number, number);
        Optional<Range> below = select(
                        "first_address >= :a AND :b >= first_address ORDER BY first_address DESC LIMIT 1", 0, number)
                .filter(range -> range.last() == number - 1);
        if (below.isPresent()) {
            delete(below.get());
            merged = new Range(below.get().first(), number);
        }
        Optional<Range> above = select("first_address >= :a AND :b >= first_address LIMIT 1", number + 1, number + 1);
        if (above.isPresent()) {
            delete(above.get());
            merged = new Range(merged.first(), above.get().last());
        }
        insert(merged);
    }

    /** Finds anew what is free: all of the pools but what is leased. The cost grows with the fleet. */
    void rebuild() {
        handle.execute("DELETE FROM <p>free_ranges");
        for (Subnet subnet : pools.subnets()) {
            long next = subnet.firstAssignable().number();
            for (Iterator<Long> leased = leasedIn(subnet).iterator(); leased.hasNext(); ) {
                long number = leased.next();
                insertUnlessEmpty(next, number - 1);
                next = number + 1;
            }
            insertUnlessEmpty(next, subnet.lastAssignable().number());
        }
    }

    private List<Long> leasedIn(Subnet subnet) {
        return handle.sql("SELECT address FROM <p>leases WHERE address >= :first AND :last >= address ORDER BY address")
                .bind("first", subnet.firstAssignable().number())
                .bind("last", subnet.lastAssignable().number())
                .list(row -> row.getLong("address"));
    }

    private void insertUnlessEmpty(long first, long last) {
        if (first <= last) {
            insert(new Range(first, last));
        }
    }

    private Optional<Range> select(String condition, long a, long b) {
        return handle.sql("SELECT first_address, last_address FROM <p>free_ranges WHERE " + condition)
                .bind("a", a)
                .bind("b", b)
                .findOne(row -> new Range(row.getLong("first_address"), row.getLong("last_address")));
    }

    private void beginLater(Range range) {
        handle.sql("UPDATE <p>free_ranges SET first_address = :first + 1 WHERE first_address = :first")
                .bind("first", range.first())
                .execute();
    }

    private void delete(Range range) {
        handle.sql("DELETE FROM <p>free_ranges WHERE first_address = :first")
                .bind("first", range.first())
                .execute();
    }

    private void insert(Range range) {
        handle.sql("INSERT INTO <p>free_ranges (first_address, last_address) VALUES (:first, :last)")
                .bind("first", range.first())
                .bind("last", range.last())
                .execute();
    }
}
