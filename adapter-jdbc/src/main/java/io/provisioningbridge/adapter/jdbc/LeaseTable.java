package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Subnet;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/** Who has which address, seen through one connection. */
final class LeaseTable {

    /** What an address is leased for. */
    enum Kind {
        /** Promised by an open intent of a device that never had an address: free again when the intent ends in vain. */
        PENDING,
        /** Taken over from another installation for an id that is not enrolled. */
        IMPORTED,
        /** A device has it. */
        HELD,
        /** A device out of service has it until the tunnel server has let it go. */
        RETIRED,
        /** Nobody has it, and somebody may when its time has come. */
        RESTING,
        /** Nobody gets it. */
        UNASSIGNABLE
    }

    /** An address of a device. */
    record Lease(String spelling, TunnelAddress address, Kind kind) {}

    private record Rested(long until, TunnelAddress address) {}

    private final Handle handle;
    private final AddressPools pools;
    private final FreeRanges free;

    LeaseTable(Handle handle, AddressPools pools) {
        this.handle = handle;
        this.pools = pools;
        this.free = new FreeRanges(handle, pools);
    }

    FreeRanges free() {
        return free;
    }

    Optional<Lease> of(String device) {
        return handle.sql("SELECT spelling, address, kind FROM <p>leases WHERE device_key = :device")
                .bind("device", device)
                .findOne(row -> new Lease(
                        row.getString("spelling"),
                        new TunnelAddress(row.getLong("address")),
                        Kind.valueOf(row.getString("kind"))));
    }

    void insert(String spelling, TunnelAddress address, Kind kind) {
        handle.sql("INSERT INTO <p>leases (address, device_key, spelling, kind)"
                        + " VALUES (:address, :device, :spelling, :kind)")
                .bind("address", address.number())
                .bind("device", DeviceId.keyOf(spelling))
                .bind("spelling", spelling)
                .bind("kind", kind.name())
                .execute();
    }

    /** Makes the device's lease its own for good. */
    void hold(DeviceId id) {
        handle.sql("UPDATE <p>leases SET kind = 'HELD', spelling = :spelling WHERE device_key = :device")
                .bind("spelling", id.text())
                .bind("device", id.key())
                .execute();
    }

    /** The device keeps its lease, and is no longer in the peers. */
    void retire(String device) {
        handle.sql("UPDATE <p>leases SET kind = 'RETIRED' WHERE device_key = :device")
                .bind("device", device)
                .execute();
    }

    /** Lets the address of a device rest. False when it has none. */
    boolean release(String device, Instant until) {
        return handle.sql("UPDATE <p>leases SET kind = 'RESTING', device_key = NULL, spelling = NULL,"
                                + " rests_until = :until WHERE device_key = :device")
                        .bind("until", until.toEpochMilli())
                        .bind("device", device)
                        .execute()
                > 0;
    }

    /** Takes out the one of those whose rest is over that has rested longest. */
    Optional<TunnelAddress> takeRested(Instant now) {
        Optional<Rested> longest = pools.subnets().stream()
                .flatMap(subnet -> restedIn(subnet, now).stream())
                .min(Comparator.comparingLong(Rested::until).thenComparing(Rested::address));
        longest.ifPresent(rested -> handle.sql("DELETE FROM <p>leases WHERE address = :address")
                .bind("address", rested.address().number())
                .execute());
        return longest.map(Rested::address);
    }

    private Optional<Rested> restedIn(Subnet subnet, Instant now) {
        return handle.sql("SELECT address, rests_until FROM <p>leases WHERE kind = 'RESTING' AND :now >="
                        + " rests_until AND address BETWEEN :first AND :last ORDER BY rests_until, address LIMIT 1")
                .bind("now", now.toEpochMilli())
                .bind("first", subnet.firstAssignable().number())
                .bind("last", subnet.lastAssignable().number())
                .findOne(row -> new Rested(row.getLong("rests_until"), new TunnelAddress(row.getLong("address"))));
    }

    void freeIfPending(String device) {
        Optional<Lease> pending = of(device).filter(lease -> lease.kind() == Kind.PENDING);
        if (pending.isPresent()) {
            handle.sql("DELETE FROM <p>leases WHERE device_key = :device")
                    .bind("device", device)
                    .execute();
            free.putBack(pending.get().address());
        }
    }

    /** Which device an address stands in the peers for. */
    Optional<String> holder(TunnelAddress address) {
        return handle.sql("SELECT spelling FROM <p>leases WHERE address = :address AND kind IN ('HELD', 'IMPORTED')")
                .bind("address", address.number())
                .findOne(row -> row.getString("spelling"));
    }

    /** How many stand in the peers with an address that no device would be given now. */
    long peersOutside(AddressPools pools) {
        long outside = countPeers(0, Long.MAX_VALUE);
        for (Subnet subnet : pools.subnets()) {
            outside -= countPeers(
                    subnet.firstAssignable().number(), subnet.lastAssignable().number());
        }
        return outside;
    }

    private long countPeers(long first, long last) {
        return handle.sql("SELECT COUNT(*) AS peers FROM <p>leases WHERE kind IN ('HELD', 'IMPORTED')"
                        + " AND address BETWEEN :first AND :last")
                .bind("first", first)
                .bind("last", last)
                .findOne(row -> row.getLong("peers"))
                .orElseThrow();
    }
}
