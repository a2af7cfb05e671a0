package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelPeer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The certificates, seen through one connection. A certificate is the same one when its leaf is. */
final class CertificateTable {

    /** What is known of a certificate that is stored already. */
    record Known(IntentId intent, Standing standing, Revocation revocation) {}

    private static final String COLUMNS =
            "SELECT c.serial, c.spelling, c.incarnation, c.key_hash, c.not_before, c.not_after, c.standing, c.revocation,"
                    + " c.peer_key, c.peer_origin, c.peer_issued, c.at_once, c.request, c.pem AS leaf, h.pem AS chain FROM <p>certificates c JOIN <p>chains h ON h.chain_hash = c.chain_hash ";

    private final Handle handle;

    CertificateTable(Handle handle) {
        this.handle = handle;
    }

    Optional<Known> known(DeviceCertificate certificate) {
        return handle.sql("SELECT intent_id, standing, revocation FROM <p>certificates WHERE leaf_hash = :leaf")
                .bind("leaf", hash(certificate.pem()))
                .findOne(row -> new Known(
                        new IntentId(row.getString("intent_id")),
                        Standing.valueOf(row.getString("standing")),
                        Revocation.valueOf(row.getString("revocation"))));
    }

    /** The certificate as it is stored. */
    Optional<DeviceCertificate> find(DeviceCertificate certificate) {
        return handle.sql(COLUMNS + "WHERE c.leaf_hash = :leaf")
                .bind("leaf", hash(certificate.pem()))
                .findOne(CertificateTable::row);
    }

    /** Stores a certificate that is not {@link #known}. */
    void insert(DeviceCertificate certificate, Standing standing, Revocation revocation, IntentId intent) {
        String chain = hash(certificate.chainPem());
        handle.sql("INSERT INTO <p>chains (chain_hash, pem) VALUES (:hash, :pem) ON CONFLICT DO NOTHING")
                .bind("hash", chain)
                .bind("pem", certificate.chainPem())
                .execute();
        handle.sql("INSERT INTO <p>certificates (leaf_hash, serial, device_key, spelling, incarnation, key_hash,"
                        + " not_before, not_after, standing, revocation, intent_id, peer_key, peer_origin,"
                        + " peer_issued, at_once, request, pem, chain_hash) VALUES"
                        + " (:leaf, :serial, :device, :spelling, :incarnation, :key, :notBefore, :notAfter, :standing,"
                        + " :revocation, :intent, :peer, :origin, :issued, :atOnce, :request, :pem, :chain)")
                .bind("leaf", hash(certificate.pem()))
                .bind("serial", certificate.serial().toString(16))
                .bind("device", certificate.device().key())
                .bind("spelling", certificate.device().text())
                .bind("incarnation", certificate.incarnation().number())
                .bind("key", certificate.key().hex())
                .bind("notBefore", certificate.notBefore().toEpochMilli())
                .bind("notAfter", certificate.notAfter().toEpochMilli())
                .bind("standing", standing.name())
                .bind("revocation", revocation.name())
                .bind("intent", intent.hex())
                .bind("peer", certificate.peer().key().base64())
                .bind("origin", certificate.peer().origin().name())
                .bind("issued", certificate.peer().firstIssued().toEpochMilli())
                .bind("atOnce", certificate.atOnce() ? 1 : 0)
                .bind("request", certificate.request())
                .bind("pem", certificate.pem())
                .bind("chain", chain)
                .execute();
    }

    void setRevoked(DeviceCertificate certificate) {
        handle.sql("UPDATE <p>certificates SET revocation = 'DONE' WHERE leaf_hash = :leaf")
                .bind("leaf", hash(certificate.pem()))
                .execute();
    }

    void setPeer(DeviceCertificate certificate, TunnelPeer peer) {
        handle.sql("UPDATE <p>certificates SET peer_key = :peer, peer_origin = :origin, peer_issued = :issued"
                        + " WHERE leaf_hash = :leaf")
                .bind("peer", peer.key().base64())
                .bind("origin", peer.origin().name())
                .bind("issued", peer.firstIssued().toEpochMilli())
                .bind("leaf", hash(certificate.pem()))
                .execute();
    }

    /** Makes it the current one; all others of its device and incarnation that were handed out are superseded. */
    void setCurrent(DeviceCertificate certificate, Instant now) {
        String leaf = hash(certificate.pem());
        handle.sql("UPDATE <p>certificates SET standing = 'SUPERSEDED',"
                        + " revocation = CASE WHEN revocation = 'NONE' AND not_after > :now THEN 'DUE' ELSE revocation END"
                        + " WHERE device_key = :device AND incarnation = :incarnation"
                        + " AND standing IN ('ISSUED', 'CURRENT') AND leaf_hash != :leaf")
                .bind("now", now.toEpochMilli())
                .bind("device", certificate.device().key())
                .bind("incarnation", certificate.incarnation().number())
                .bind("leaf", leaf)
                .execute();
        handle.sql("UPDATE <p>certificates SET standing = 'CURRENT' WHERE leaf_hash = :leaf")
                .bind("leaf", leaf)
                .execute();
    }

    /** Whether another device was handed out a certificate with this peer key, and still may come to use it. */
    boolean isPeerOfAnother(PeerKey key, String device) {
        // The conditions are those of the index certificates_of_peer, which is not used otherwise.
        return handle.sql("SELECT 1 FROM <p>certificates WHERE peer_key = :peer AND revocation = 'NONE'"
                        + " AND standing IN ('ISSUED', 'CURRENT') AND device_key != :device LIMIT 1")
                .bind("peer", key.base64())
                .bind("device", device)
                .exists();
    }

    /** Every one of a device, in the order they were stored. */
    List<DeviceCertificate> of(String device) {
        return handle.sql(COLUMNS + "WHERE c.device_key = :device ORDER BY c.seq")
                .bind("device", device)
                .list(CertificateTable::row);
    }

    /** Those of a device that are still valid and not taken back are due for that. */
    void takeBack(String device, Instant now) {
        handle.sql("UPDATE <p>certificates SET revocation = 'DUE' WHERE device_key = :device"
                        + " AND revocation = 'NONE' AND not_after > :now")
                .bind("device", device)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    /** Whether the key the intent is for was certified for another device or incarnation. */
    boolean isKeyOfAnother(IssuanceIntent intent) {
        return handle.sql("SELECT 1 FROM <p>certificates WHERE key_hash = :key"
                        + " AND NOT (device_key = :device AND incarnation = :incarnation) LIMIT 1")
                .bind("key", intent.key().hex())
                .bind("device", intent.device().key())
                .bind("incarnation", intent.incarnation().number())
                .exists();
    }

    private static DeviceCertificate row(Columns row) throws SQLException {
        return new DeviceCertificate(
                new BigInteger(row.getString("serial"), 16),
                new DeviceId(row.getString("spelling")),
                new Incarnation(row.getInt("incarnation")),
                new KeyHash(row.getString("key_hash")),
                Instant.ofEpochMilli(row.getLong("not_before")),
                Instant.ofEpochMilli(row.getLong("not_after")),
                Standing.valueOf(row.getString("standing")),
                Revocation.valueOf(row.getString("revocation")),
                row.getString("leaf"),
                row.getString("chain"),
                new TunnelPeer(
                        new PeerKey(row.getString("peer_key")),
                        TunnelPeer.Origin.valueOf(row.getString("peer_origin")),
                        Instant.ofEpochMilli(row.getLong("peer_issued"))),
                row.getInt("at_once") == 1,
                row.getString("request"));
    }

    private static String hash(String pem) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(pem.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
