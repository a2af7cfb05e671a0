package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.Subnet;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What is done once, before a store is used by anybody, in one transaction. */
final class StoreOpening {

    private final Tables tables;
    private final InstantSource clock;

    StoreOpening(Handle handle, AddressPools pools, InstantSource clock) {
        this.tables = Tables.in(handle, pools);
        this.clock = clock;
    }

    /** The store's name, made now if it has none yet. */
    String identity(RandomGenerator random) {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        tables.handle()
                .sql("INSERT INTO <p>store (one, identity, pools, peers_revision)"
                        + " VALUES (1, :identity, '', 0) ON CONFLICT DO NOTHING")
                .bind("identity", HexFormat.of().formatHex(bits))
                .execute();
        return tables.handle()
                .sql("SELECT identity FROM <p>store")
                .findOne(row -> row.getString("identity"))
                .orElseThrow();
    }

    /** Nobody waits any more for what was under way when the last process ended, and it may have been signed. */
    void endOpenIntents() {
        for (StoredIntent intent : tables.intents().open()) {
            tables.intents().setStatus(intent.intent().id(), Status.UNCERTAIN);
            tables.leases().freeIfPending(intent.device());
            tables.events()
                    .append(new AuditEvent(
                            clock.instant(),
                            intent.device(),
                            AuditEvent.Action.ISSUANCE_FAILED,
                            "bridge",
                            "the bridge was stopped before an answer came"));
        }
    }

    /** Whoever worked on a lane when the last process ended does so no more. */
    void endLeasesOfLanes() {
        tables.lanes().endLeases(clock.instant());
    }

    /** Takes up the present pools. @throws IllegalStateException if a device has the address of a server */
    void adoptPools() {
        for (Subnet subnet : tables.pools().subnets()) {
            Optional<String> device = tables.leases().holder(subnet.serverAddress());
            if (device.isPresent()) {
                throw new IllegalStateException("the device " + device.get() + " has the address "
                        + subnet.serverAddress() + ", which is the WireGuard server's in " + subnet
                        + "; choose networks in which the first address is no device's");
            }
        }
        String pools = tables.pools().toString();
        int changed = tables.handle()
                .sql("UPDATE <p>store SET pools = :pools WHERE pools != :pools")
                .bind("pools", pools)
                .execute();
        if (changed > 0) {
            tables.leases().free().rebuild();
        }
    }

    /** What an operator should know; sentences without a full stop. */
    List<String> warnings() {
        long outside = tables.leases().peersOutside(tables.pools());
        if (outside == 0) {
            return List.of();
        }
        return List.of(
                outside == 1
                        ? "1 lease lies outside WG_SUBNET and keeps its address"
                        : outside + " leases lie outside WG_SUBNET and keep their address");
    }
}
