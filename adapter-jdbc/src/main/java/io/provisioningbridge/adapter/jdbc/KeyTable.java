package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.KeyHash;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Keys that were tried for a device, and keys an operator allows, seen through one connection. */
final class KeyTable {

    private final Handle handle;

    KeyTable(Handle handle) {
        this.handle = handle;
    }

    /** The last ones, latest first. */
    List<Attempt> attempts(String device) {
        return handle.createQuery(
                        "SELECT key_hash, at, source FROM <p>attempts WHERE device_key = :device ORDER BY seq DESC")
                .bind("device", device)
                .map((row, context) -> new Attempt(
                        new KeyHash(row.getString("key_hash")),
                        Instant.ofEpochMilli(row.getLong("at")),
                        row.getString("source")))
                .list();
    }

    /** Keeps it as the latest, and forgets the oldest beyond those that are kept. */
    void remember(String device, Attempt attempt) {
        handle.createUpdate("DELETE FROM <p>attempts WHERE device_key = :device AND key_hash = :key")
                .bind("device", device)
                .bind("key", attempt.key().hex())
                .execute();
        handle.createUpdate("INSERT INTO <p>attempts (device_key, key_hash, at, source)"
                        + " VALUES (:device, :key, :at, :source)")
                .bind("device", device)
                .bind("key", attempt.key().hex())
                .bind("at", attempt.at().toEpochMilli())
                .bind("source", attempt.source())
                .execute();
        handle.createUpdate("DELETE FROM <p>attempts WHERE device_key = :device AND seq NOT IN"
                        + " (SELECT seq FROM <p>attempts WHERE device_key = :device ORDER BY seq DESC LIMIT :kept)")
                .bind("device", device)
                .bind("kept", Attempt.KEPT)
                .execute();
    }

    void allow(String device, KeyHash key, Instant expires) {
        handle.createUpdate("INSERT INTO <p>allowances (device_key, key_hash, expires) VALUES (:device, :key, :expires)"
                        + " ON CONFLICT (device_key, key_hash) DO UPDATE SET expires = excluded.expires")
                .bind("device", device)
                .bind("key", key.hex())
                .bind("expires", expires.toEpochMilli())
                .execute();
    }

    boolean isAllowed(String device, KeyHash key, Instant now) {
        return handle.createQuery("SELECT 1 FROM <p>allowances WHERE device_key = :device AND key_hash = :key"
                        + " AND expires > :now")
                .bind("device", device)
                .bind("key", key.hex())
                .bind("now", now.toEpochMilli())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    void useUp(String device, KeyHash key) {
        handle.createUpdate("DELETE FROM <p>allowances WHERE device_key = :device AND key_hash = :key")
                .bind("device", device)
                .bind("key", key.hex())
                .execute();
    }
}
