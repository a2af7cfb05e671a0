package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The intents, seen through one connection. */
final class IntentTable {

    private static final String COLUMNS =
            "SELECT intent_id, spelling, incarnation, key_hash, peer_key, opened, expires, status"
                    + " FROM <p>intents ";

    private final Handle handle;

    IntentTable(Handle handle) {
        this.handle = handle;
    }

    void insert(IssuanceIntent intent, PeerKey peer, TunnelAddress address) {
        handle.sql("INSERT INTO <p>intents (intent_id, device_key, spelling, incarnation, key_hash, peer_key,"
                        + " address, opened, expires, status) VALUES (:id, :device, :spelling, :incarnation, :key, :peer,"
                        + " :address, :opened, :expires, :status)")
                .bind("id", intent.id().hex())
                .bind("device", intent.device().key())
                .bind("spelling", intent.device().text())
                .bind("incarnation", intent.incarnation().number())
                .bind("key", intent.key().hex())
                .bind("peer", peer.base64())
                .bind("address", address.number())
                .bind("opened", intent.opened().toEpochMilli())
                .bind("expires", intent.expires().toEpochMilli())
                .bind("status", intent.status().name())
                .execute();
    }

    void setStatus(IntentId id, Status status) {
        handle.sql("UPDATE <p>intents SET status = :status WHERE intent_id = :id")
                .bind("status", status.name())
                .bind("id", id.hex())
                .execute();
    }

    Optional<StoredIntent> find(IntentId id) {
        return handle.sql(COLUMNS + "WHERE intent_id = :id")
                .bind("id", id.hex())
                .findOne(IntentTable::row);
    }

    /** Every one of a device, in the order they were opened. */
    List<StoredIntent> of(String device) {
        return handle.sql(COLUMNS + "WHERE device_key = :device ORDER BY seq")
                .bind("device", device)
                .list(IntentTable::row);
    }

    /** The one of a device whose status is open, perhaps expired. */
    Optional<StoredIntent> openOf(String device) {
        return handle.sql(COLUMNS + "WHERE device_key = :device AND status = 'OPEN'")
                .bind("device", device)
                .findOne(IntentTable::row);
    }

    /** The one whose status is open, perhaps expired, that claims the peer key for another device. */
    Optional<StoredIntent> openClaimOfAnother(PeerKey peer, String device) {
        return handle.sql(COLUMNS + "WHERE peer_key = :peer AND status = 'OPEN' AND device_key != :device")
                .bind("peer", peer.base64())
                .bind("device", device)
                .findOne(IntentTable::row);
    }

    /** Those whose status is open although they expired, the one that did so first coming first. */
    List<StoredIntent> expiredAt(Instant now) {
        return handle.sql(COLUMNS + "WHERE status = 'OPEN' AND :now >= expires ORDER BY expires, seq")
                .bind("now", now.toEpochMilli())
                .list(IntentTable::row);
    }

    /** Of those that expired and hold the lease of a device that never had one, the one that expired first. */
    Optional<StoredIntent> firstReclaimable(Instant now) {
        return handle.sql(COLUMNS + "WHERE status = 'OPEN' AND :now >= expires AND EXISTS (SELECT 1 FROM"
                        + " <p>leases l WHERE l.device_key = <p>intents.device_key AND l.kind = 'PENDING')"
                        + " ORDER BY expires, seq LIMIT 1")
                .bind("now", now.toEpochMilli())
                .findOne(IntentTable::row);
    }

    List<StoredIntent> open() {
        return handle.sql(COLUMNS + "WHERE status = 'OPEN' ORDER BY seq").list(IntentTable::row);
    }

    /** Whether the certificate key may have been certified, or is about to be, for another device or incarnation. */
    boolean isKeyOfAnother(IssuanceIntent intent) {
        return handle.sql("SELECT 1 FROM <p>intents WHERE key_hash = :key AND status IN ('OPEN', 'UNCERTAIN')"
                        + " AND NOT (device_key = :device AND incarnation = :incarnation) LIMIT 1")
                .bind("key", intent.key().hex())
                .bind("device", intent.device().key())
                .bind("incarnation", intent.incarnation().number())
                .exists();
    }

    boolean everPromised(String device, TunnelAddress address) {
        return handle.sql("SELECT 1 FROM <p>intents WHERE device_key = :device AND address = :address LIMIT 1")
                .bind("device", device)
                .bind("address", address.number())
                .exists();
    }

    private static StoredIntent row(Columns row) throws SQLException {
        IssuanceIntent intent = new IssuanceIntent(
                new IntentId(row.getString("intent_id")),
                new DeviceId(row.getString("spelling")),
                new Incarnation(row.getInt("incarnation")),
                new KeyHash(row.getString("key_hash")),
                Instant.ofEpochMilli(row.getLong("opened")),
                Instant.ofEpochMilli(row.getLong("expires")),
                Status.valueOf(row.getString("status")));
        return new StoredIntent(intent, new PeerKey(row.getString("peer_key")));
    }
}
