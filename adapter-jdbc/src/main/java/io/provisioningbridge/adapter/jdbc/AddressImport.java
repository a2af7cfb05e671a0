package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.adapter.jdbc.LeaseTable.Kind;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Takes addresses over from another installation. That is done a few times in the life of a store, with as many addresses as
 * there are devices: so all leases are read once and compared in memory.
 */
final class AddressImport {

    /** What became of it. */
    enum Result {
        COLLISION,
        NOTHING_NEW,
        UNASSIGNABLE_ONLY,
        PEERS_CHANGED
    }

    private record Holding(TunnelAddress address, Kind kind) {}

    private final Handle handle;
    private final AddressPools pools;
    private final Set<String> outOfService;
    private final Map<String, Holding> byDevice = new HashMap<>();
    private final Map<TunnelAddress, String> holders = new HashMap<>();
    private final Set<TunnelAddress> unassignable = new HashSet<>();
    private final Set<TunnelAddress> resting = new HashSet<>();

    /** @param outOfService the keys of devices that get no address */
    AddressImport(Handle handle, AddressPools pools, Set<String> outOfService) {
        this.handle = handle;
        this.pools = pools;
        this.outOfService = outOfService;
    }

    /** Written only when nothing collides. */
    Result take(Change.AddressesImported change) {
        readLeases(ChangeWriter.milliseconds(change.audit().at()));
        if (collides(change)) {
            return Result.COLLISION;
        }
        int reserved = reserve(change);
        int blocked = block(change);
        if (reserved + blocked == 0) {
            return Result.NOTHING_NEW;
        }
        new FreeRanges(handle, pools).rebuild();
        return reserved > 0 ? Result.PEERS_CHANGED : Result.UNASSIGNABLE_ONLY;
    }

    private void readLeases(Instant now) {
        unassignable.addAll(handle.sql("SELECT address FROM <p>leases WHERE kind = 'UNASSIGNABLE'")
                .list(row -> new TunnelAddress(row.getLong("address"))));
        resting.addAll(handle.sql("SELECT address FROM <p>leases WHERE kind = 'RESTING' AND rests_until > :now")
                .bind("now", now.toEpochMilli())
                .list(row -> new TunnelAddress(row.getLong("address"))));
        handle.sql("SELECT address, device_key, kind FROM <p>leases WHERE device_key IS NOT NULL")
                .list(row -> Map.entry(
                        row.getString("device_key"),
                        new Holding(new TunnelAddress(row.getLong("address")), Kind.valueOf(row.getString("kind")))))
                .forEach(entry -> {
                    byDevice.put(entry.getKey(), entry.getValue());
                    holders.put(entry.getValue().address(), entry.getKey());
                });
    }

    private boolean collides(Change.AddressesImported change) {
        Set<String> devices = new HashSet<>();
        Set<TunnelAddress> addresses = new HashSet<>();
        for (Map.Entry<String, TunnelAddress> entry : change.reserved().entrySet()) {
            String device = DeviceId.keyOf(entry.getKey());
            TunnelAddress address = entry.getValue();
            Holding holding = byDevice.get(device);
            if ((holding != null && !holding.address().equals(address))
                    || !holders.getOrDefault(address, device).equals(device)
                    || (holding == null && outOfService.contains(device))
                    || resting.contains(address)
                    || unassignable.contains(address)
                    || pools.isServerAddress(address)
                    || !devices.add(device)
                    || !addresses.add(address)) {
                return true;
            }
        }
        return change.unassignable().stream()
                .anyMatch(address ->
                        addresses.contains(address) || holders.containsKey(address) || resting.contains(address));
    }

    private int reserve(Change.AddressesImported change) {
        // A pending lease of the very address becomes a reservation: it stays when its intent ends in vain. An address
        // whose
        // rest is over is there as well.
        Sql upsert = handle.sql("INSERT INTO <p>leases (address, device_key, spelling, kind)"
                + " VALUES (:address, :device, :spelling, 'IMPORTED') ON CONFLICT (address)"
                + " DO UPDATE SET device_key = excluded.device_key, spelling = excluded.spelling,"
                + " kind = excluded.kind, rests_until = NULL");
        int reserved = 0;
        for (Map.Entry<String, TunnelAddress> entry : change.reserved().entrySet()) {
            String spelling = entry.getKey();
            Holding holding = byDevice.get(DeviceId.keyOf(spelling));
            if (holding == null || holding.kind() == Kind.PENDING) {
                upsert.bind("address", entry.getValue().number())
                        .bind("device", DeviceId.keyOf(spelling))
                        .bind("spelling", spelling)
                        .execute();
                reserved++;
            }
        }
        return reserved;
    }

    private int block(Change.AddressesImported change) {
        Sql upsert = handle.sql("INSERT INTO <p>leases (address, kind) VALUES (:address, 'UNASSIGNABLE')"
                + " ON CONFLICT (address) DO UPDATE SET kind = excluded.kind, rests_until = NULL");
        int blocked = 0;
        for (TunnelAddress address : change.unassignable()) {
            if (!unassignable.contains(address)) {
                upsert.bind("address", address.number()).execute();
                blocked++;
            }
        }
        return blocked;
    }
}
