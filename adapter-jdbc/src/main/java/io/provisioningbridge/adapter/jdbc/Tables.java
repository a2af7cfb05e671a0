package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every table, seen through one connection. */
record Tables(
        Handle handle,
        AddressPools pools,
        DeviceTable devices,
        IntentTable intents,
        CertificateTable certificates,
        AttemptTable attempts,
        AllowanceTable allowances,
        TargetTokenTable targetTokens,
        LeaseTable leases,
        PeerKeyTable peerKeys,
        LaneTable lanes,
        EventTable events) {

    static Tables in(Handle handle, AddressPools pools) {
        return new Tables(
                handle,
                pools,
                new DeviceTable(handle),
                new IntentTable(handle),
                new CertificateTable(handle),
                new AttemptTable(handle),
                new AllowanceTable(handle),
                new TargetTokenTable(handle),
                new LeaseTable(handle, pools),
                new PeerKeyTable(handle),
                new LaneTable(handle),
                new EventTable(handle));
    }

    /** Writes something that changes nothing; in auto-commit mode it returns when that is durable. */
    static void tryToWrite(Handle handle) {
        handle.execute("UPDATE <p>store SET identity = identity");
    }

    /** What a change that changed something brings with it, and one that changed nothing does not. */
    void conclude(Change change, DeviceId device) {
        conclude(device, change.makesDue(), change.audit());
    }

    void conclude(DeviceId device, Set<Backend> makesDue, AuditEvent audit) {
        lanes.fallBehind(List.of(device), makesDue, audit.at());
        events.append(audit);
    }

    /** Gives the device a peer and counts its version on. */
    void setPeer(Device device, TunnelPeer peer) {
        if (devices.setPeer(device, peer)) {
            peersChanged();
        }
    }

    long peersRevision() {
        return handle.sql("SELECT peers_revision FROM <p>store")
                .findOne(row -> row.getLong("peers_revision"))
                .orElseThrow();
    }

    void peersChanged() {
        handle.execute("UPDATE <p>store SET peers_revision = peers_revision + 1");
    }

    /** In one statement, so that the revision is that of the addresses. */
    PeerSnapshot peers() {
        Map<String, TunnelAddress> addresses = new HashMap<>();
        List<Long> revisions = handle.sql("SELECT s.peers_revision, l.spelling, l.address FROM <p>store s"
                        + " LEFT JOIN <p>leases l ON l.kind IN ('HELD', 'IMPORTED')")
                .list(row -> {
                    String spelling = row.getString("spelling");
                    if (spelling != null) {
                        addresses.put(spelling, new TunnelAddress(row.getLong("address")));
                    }
                    return row.getLong("peers_revision");
                });
        return PeerSnapshot.of(revisions.get(0), addresses);
    }

    boolean everLeased(String device, TunnelAddress address) {
        return leases.of(device)
                        .filter(lease -> lease.address().equals(address))
                        .isPresent()
                || intents.everPromised(device, address);
    }
}
