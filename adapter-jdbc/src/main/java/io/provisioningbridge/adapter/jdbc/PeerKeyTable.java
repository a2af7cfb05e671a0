package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.PeerKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** The WireGuard keys that were ever claimed, seen through one connection. */
final class PeerKeyTable {

    private static final int ASKED_AT_ONCE = 500;

    private final Handle handle;

    PeerKeyTable(Handle handle) {
        this.handle = handle;
    }

    /** The later claim is the one that counts. */
    void claim(PeerKey key, DeviceId device) {
        handle.createUpdate(
                        "INSERT INTO <p>peer_keys (peer_key, device_key, spelling) VALUES (:peer, :device, :spelling)"
                                + " ON CONFLICT (peer_key) DO UPDATE SET device_key = excluded.device_key,"
                                + " spelling = excluded.spelling")
                .bind("peer", key.base64())
                .bind("device", device.key())
                .bind("spelling", device.text())
                .execute();
    }

    Set<PeerKey> of(String device) {
        return new HashSet<>(handle.createQuery("SELECT peer_key FROM <p>peer_keys WHERE device_key = :device")
                .bind("device", device)
                .map((row, context) -> new PeerKey(row.getString("peer_key")))
                .list());
    }

    Map<PeerKey, DeviceId> owners(Set<PeerKey> keys) {
        List<String> asked = keys.stream().map(PeerKey::base64).toList();
        Map<PeerKey, DeviceId> owners = new HashMap<>();
        for (int from = 0; from < asked.size(); from += ASKED_AT_ONCE) {
            List<String> some = new ArrayList<>(asked.subList(from, Math.min(asked.size(), from + ASKED_AT_ONCE)));
            handle.createQuery("SELECT peer_key, spelling FROM <p>peer_keys WHERE peer_key IN (<keys>)")
                    .bindList("keys", some)
                    .map((row, context) ->
                            Map.entry(new PeerKey(row.getString("peer_key")), new DeviceId(row.getString("spelling"))))
                    .forEach(entry -> owners.put(entry.getKey(), entry.getValue()));
        }
        return owners;
    }
}
