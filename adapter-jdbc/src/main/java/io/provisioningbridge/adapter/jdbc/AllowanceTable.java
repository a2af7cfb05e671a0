package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.KeyHash;
import java.time.Instant;

/** The keys an operator allowed, seen through one connection. */
final class AllowanceTable {

    private final Handle handle;

    AllowanceTable(Handle handle) {
        this.handle = handle;
    }

    /** One that is there expires when the new one does. */
    void put(String device, KeyHash key, Instant expires) {
        handle.sql("INSERT INTO <p>allowances (device_key, key_hash, expires) VALUES (:device, :key, :expires)"
                        + " ON CONFLICT (device_key, key_hash) DO UPDATE SET expires = excluded.expires")
                .bind("device", device)
                .bind("key", key.hex())
                .bind("expires", expires.toEpochMilli())
                .execute();
    }

    void remove(String device, KeyHash key) {
        handle.sql("DELETE FROM <p>allowances WHERE device_key = :device AND key_hash = :key")
                .bind("device", device)
                .bind("key", key.hex())
                .execute();
    }

    void removeAll(String device) {
        handle.sql("DELETE FROM <p>allowances WHERE device_key = :device")
                .bind("device", device)
                .execute();
    }

    boolean isAllowed(String device, KeyHash key, Instant now) {
        return handle.sql("SELECT 1 FROM <p>allowances WHERE device_key = :device AND key_hash = :key"
                        + " AND expires > :now")
                .bind("device", device)
                .bind("key", key.hex())
                .bind("now", now.toEpochMilli())
                .exists();
    }
}
