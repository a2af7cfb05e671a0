package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.PeerKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The WireGuard keys that were ever claimed, seen through one connection. */
final class PeerKeyTable {

    private final Handle handle;

    PeerKeyTable(Handle handle) {
        this.handle = handle;
    }

    /** The later claim is the one that counts. */
    void claim(PeerKey key, DeviceId device) {
        handle.sql("INSERT INTO <p>peer_keys (peer_key, device_key, spelling) VALUES (:peer, :device, :spelling)"
                        + " ON CONFLICT (peer_key) DO UPDATE SET device_key = excluded.device_key,"
                        + " spelling = excluded.spelling")
                .bind("peer", key.base64())
                .bind("device", device.key())
                .bind("spelling", device.text())
                .execute();
    }

    Set<PeerKey> of(String device) {
        return new HashSet<>(handle.sql("SELECT peer_key FROM <p>peer_keys WHERE device_key = :device")
                .bind("device", device)
                .list(row -> new PeerKey(row.getString("peer_key"))));
    }

    Map<PeerKey, DeviceId> owners(Set<PeerKey> keys) {
        Map<PeerKey, DeviceId> owners = new HashMap<>();
        for (PeerKey key : keys) {
            handle.sql("SELECT spelling FROM <p>peer_keys WHERE peer_key = :peer")
                    .bind("peer", key.base64())
                    .findOne(row -> new DeviceId(row.getString("spelling")))
                    .ifPresent(device -> owners.put(key, device));
        }
        return owners;
    }
}
