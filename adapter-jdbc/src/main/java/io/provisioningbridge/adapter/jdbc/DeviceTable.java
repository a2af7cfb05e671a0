package io.provisioningbridge.adapter.jdbc;

import static java.util.stream.Collectors.joining;

import io.provisioningbridge.core.domain.DesiredPeer;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.DeviceQuery;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The devices, seen through one connection. */
final class DeviceTable {

    private static final String COLUMNS =
            "SELECT spelling, incarnation, state, version, address, peer_key, peer_origin, peer_issued, label_name,"
                    + " label_type, enrolled, state_since FROM <p>devices ";

    private final Handle handle;

    DeviceTable(Handle handle) {
        this.handle = handle;
    }

    Optional<Device> find(String device) {
        return handle.sql(COLUMNS + "WHERE device_key = :device")
                .bind("device", device)
                .findOne(DeviceTable::row);
    }

    Optional<Device> findInService(String device, long version) {
        return find(device).filter(known -> known.version() == version && !isOutOfService(known));
    }

    static boolean isOutOfService(Device device) {
        return device.state() == DeviceState.DECOMMISSIONED;
    }

    /** Of its record, or of the one that would be made. */
    Incarnation incarnation(String device) {
        return handle.sql("SELECT COALESCE((SELECT incarnation FROM <p>devices WHERE device_key = :device),"
                        + " (SELECT next FROM <p>incarnations WHERE device_key = :device), :first) AS incarnation")
                .bind("device", device)
                .bind("first", Incarnation.FIRST.number())
                .findOne(row -> new Incarnation(row.getInt("incarnation")))
                .orElseThrow();
    }

    /** Of the record that would be made of a device without one. */
    Incarnation nextIncarnation(String device) {
        return handle.sql("SELECT next FROM <p>incarnations WHERE device_key = :device")
                .bind("device", device)
                .findOne(row -> new Incarnation(row.getInt("next")))
                .orElse(Incarnation.FIRST);
    }

    /** In the order of the devices' keys. */
    List<DesiredPeer> desiredPeers() {
        return handle.sql("SELECT spelling, peer_key, address FROM <p>devices"
                        + " WHERE state NOT IN ('SUSPENDED', 'DECOMMISSIONED') ORDER BY device_key")
                .list(row -> new DesiredPeer(
                        new DeviceId(row.getString("spelling")),
                        new PeerKey(row.getString("peer_key")),
                        new TunnelAddress(row.getLong("address"))));
    }

    /** The keys of those out of service. */
    Set<String> outOfService() {
        return new HashSet<>(handle.sql("SELECT device_key FROM <p>devices WHERE state = 'DECOMMISSIONED'")
                .list(row -> row.getString("device_key")));
    }

    /** In the order of their keys. */
    List<Device> list(DeviceQuery query) {
        Set<DeviceState> states = query.states().isEmpty() ? EnumSet.allOf(DeviceState.class) : query.states();
        // LIKE would take % and _ for more than they are.
        return handle.sql(COLUMNS + "WHERE device_key > :after AND instr(:states, ',' || state || ',') > 0"
                        + " AND instr(device_key, :part) > 0 ORDER BY device_key LIMIT :limit")
                .bind("after", query.after())
                .bind("states", states.stream().map(DeviceState::name).collect(joining(",", ",", ",")))
                .bind("part", DeviceId.keyOf(query.contains()))
                .bind("limit", query.limit())
                .list(DeviceTable::row);
    }

    long versionOf(String device) {
        return handle.sql("SELECT version FROM <p>devices WHERE device_key = :device")
                .bind("device", device)
                .findOne(row -> row.getLong("version"))
                .orElse(Device.ABSENT);
    }

    boolean isPeerOfAnother(PeerKey key, String device) {
        return handle.sql("SELECT 1 FROM <p>devices WHERE peer_key = :peer AND device_key != :device")
                .bind("peer", key.base64())
                .bind("device", device)
                .exists();
    }

    void insert(Device device) {
        handle.sql("INSERT INTO <p>devices (device_key, spelling, incarnation, state, version, address, peer_key,"
                        + " peer_origin, peer_issued, label_name, label_type, enrolled, state_since) VALUES (:key, :spelling,"
                        + " :incarnation, :state, :version, :address, :peer, :origin, :issued, :name, :type, :enrolled,"
                        + " :since)")
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
                .bind("since", device.stateSince().toEpochMilli())
                .execute();
    }

    /** Gives the device a peer and counts its version on. Whether the tunnel server should know another key by that. */
    boolean setPeer(Device device, TunnelPeer peer) {
        handle.sql("UPDATE <p>devices SET peer_key = :peer, peer_origin = :origin, peer_issued = :issued,"
                        + " version = version + 1 WHERE device_key = :device")
                .bind("peer", peer.key().base64())
                .bind("origin", peer.origin().name())
                .bind("issued", peer.firstIssued().toEpochMilli())
                .bind("device", device.id().key())
                .execute();
        return device.state() != DeviceState.SUSPENDED
                && !isOutOfService(device)
                && !peer.key().equals(device.peer().key());
    }

    /** Counts its version on. */
    void setState(String device, DeviceState state, Instant at) {
        handle.sql("UPDATE <p>devices SET state = :state, state_since = :at, version = version + 1"
                        + " WHERE device_key = :device")
                .bind("state", state.name())
                .bind("at", at.toEpochMilli())
                .bind("device", device)
                .execute();
    }

    /** From now on there is no record of it, and its next life is this. */
    void remove(String device, Incarnation next) {
        handle.sql("DELETE FROM <p>devices WHERE device_key = :device")
                .bind("device", device)
                .execute();
        handle.sql("INSERT INTO <p>incarnations (device_key, next) VALUES (:device, :next)"
                        + " ON CONFLICT (device_key) DO UPDATE SET next = excluded.next")
                .bind("device", device)
                .bind("next", next.number())
                .execute();
    }

    private static Device row(Columns row) throws SQLException {
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
                Instant.ofEpochMilli(row.getLong("enrolled")),
                Instant.ofEpochMilli(row.getLong("state_since")));
    }
}
