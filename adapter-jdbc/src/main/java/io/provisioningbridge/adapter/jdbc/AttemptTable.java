package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.KeyHash;
import java.time.Instant;
import java.util.List;

/** The keys that were tried in vain, seen through one connection. */
final class AttemptTable {

    private final Handle handle;

    AttemptTable(Handle handle) {
        this.handle = handle;
    }

    /** Each key is there once; the oldest one goes when there are too many. */
    void put(String device, Attempt attempt) {
        handle.sql("DELETE FROM <p>attempts WHERE device_key = :device AND key_hash = :key")
                .bind("device", device)
                .bind("key", attempt.key().hex())
                .execute();
        handle.sql("INSERT INTO <p>attempts (device_key, key_hash, at, source)"
                        + " VALUES (:device, :key, :at, :source)")
                .bind("device", device)
                .bind("key", attempt.key().hex())
                .bind("at", attempt.at().toEpochMilli())
                .bind("source", attempt.source())
                .execute();
        handle.sql("DELETE FROM <p>attempts WHERE device_key = :device AND seq NOT IN (SELECT seq FROM"
                        + " <p>attempts WHERE device_key = :device ORDER BY seq DESC LIMIT :kept)")
                .bind("device", device)
                .bind("kept", Attempt.KEPT)
                .execute();
    }

    void removeAll(String device) {
        handle.sql("DELETE FROM <p>attempts WHERE device_key = :device")
                .bind("device", device)
                .execute();
    }

    /** Latest first. */
    List<Attempt> of(String device) {
        return handle.sql("SELECT key_hash, at, source FROM <p>attempts WHERE device_key = :device ORDER BY seq DESC")
                .bind("device", device)
                .list(row -> new Attempt(
                        new KeyHash(row.getString("key_hash")),
                        Instant.ofEpochMilli(row.getLong("at")),
                        row.getString("source")));
    }
}
