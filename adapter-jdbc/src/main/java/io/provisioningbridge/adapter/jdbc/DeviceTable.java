package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The devices, seen through one connection. */
final class DeviceTable {

    private final Handle handle;

    DeviceTable(Handle handle) {
        this.handle = handle;
    }

    Optional<Device> find(String device) {
        return handle.createQuery("SELECT spelling, incarnation, state, version, address, peer_key, peer_origin,"
                        + " peer_issued, label_name, label_type, enrolled FROM <p>devices WHERE device_key = :device")
                .bind("device", device)
                .map(DeviceTable::row)
                .findOne();
    }

    long versionOf(String device) {
        return handle.createQuery("SELECT version FROM <p>devices WHERE device_key = :device")
                .bind("device", device)
                .mapTo(Long.class)
                .findOne()
                .orElse(Device.ABSENT);
    }

    boolean isPeerOfAnother(PeerKey key, String device) {
        return handle.createQuery("SELECT 1 FROM <p>devices WHERE peer_key = :peer AND device_key != :device")
                .bind("peer", key.base64())
                .bind("device", device)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    void insert(Device device) {
        handle.createUpdate(
                        "INSERT INTO <p>devices (device_key, spelling, incarnation, state, version, address, peer_key,"
                                + " peer_origin, peer_issued, label_name, label_type, enrolled) VALUES (:key, :spelling,"
                                + " :incarnation, :state, :version, :address, :peer, :origin, :issued, :name, :type, :enrolled)")
                .bind("key", device.id().key())
                .bind("spelling", device.id().text())
                .bind("incarnation", device.incarnation().number())
                .bind("state", device.state().name())
                .bind("version", device.version())
                .bind("address", device.address().number())
                .bind("peer", device.peer().key().base64())
                .bind("origin", device.peer().origin().name())
                .bind("issued", device.peer().firstIssued().toEpochMilli())
                .bind("name", device.labels().name())
                .bind("type", device.labels().type())
                .bind("enrolled", device.enrolled().toEpochMilli())
                .execute();
    }

    /** Gives the device another peer and counts its version on. False when it is not at the expected version. */
    boolean setPeer(String device, long expectedVersion, TunnelPeer peer) {
        return handle.createUpdate(
                                "UPDATE <p>devices SET peer_key = :peer, peer_origin = :origin, peer_issued = :issued,"
                                        + " version = version + 1 WHERE device_key = :device AND version = :version")
                        .bind("peer", peer.key().base64())
                        .bind("origin", peer.origin().name())
                        .bind("issued", peer.firstIssued().toEpochMilli())
                        .bind("device", device)
                        .bind("version", expectedVersion)
                        .execute()
                == 1;
    }

    private static Device row(ResultSet row, StatementContext context) throws SQLException {
        return new Device(
                new DeviceId(row.getString("spelling")),
                new Incarnation(row.getInt("incarnation")),
                DeviceState.valueOf(row.getString("state")),
                row.getLong("version"),
                new TunnelAddress(row.getLong("address")),
                new TunnelPeer(
                        new PeerKey(row.getString("peer_key")),
                        TunnelPeer.Origin.valueOf(row.getString("peer_origin")),
                        Instant.ofEpochMilli(row.getLong("peer_issued"))),
                new Device.Labels(row.getString("label_name"), row.getString("label_type")),
                Instant.ofEpochMilli(row.getLong("enrolled")));
    }
}
