package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Secret;
import java.util.Optional;

/** What devices show to the update server, seen through one connection. */
final class TargetTokenTable {

    private final Handle handle;

    TargetTokenTable(Handle handle) {
        this.handle = handle;
    }

    /** The one a device has already stays. @return whether it had none */
    boolean give(String device, Secret token) {
        int given = handle.sql(
                        "INSERT INTO <p>target_tokens (device_key, token) VALUES (:device, :token) ON CONFLICT DO NOTHING")
                .bind("device", device)
                .bind("token", token.reveal())
                .execute();
        return given == 1;
    }

    void remove(String device) {
        handle.sql("DELETE FROM <p>target_tokens WHERE device_key = :device")
                .bind("device", device)
                .execute();
    }

    Optional<Secret> of(String device) {
        return handle.sql("SELECT token FROM <p>target_tokens WHERE device_key = :device")
                .bind("device", device)
                .findOne(row -> new Secret(row.getString("token")));
    }
}
