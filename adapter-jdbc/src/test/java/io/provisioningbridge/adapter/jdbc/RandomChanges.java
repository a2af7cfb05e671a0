package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Endless changes to a handful of devices that fight for a handful of keys and addresses: sensible ones, repeated ones, late
 * ones, and ones no use case would make. The same seed makes the same changes of the same state.
 */
final class RandomChanges {

    static final List<String> IDS = List.of("a", "A", "b", "B", "c", "d-1", "D-1", "e", "f", "g", "h", "H", "i", "j");
    static final List<String> FOREIGN_IDS = List.of("a", "B", "k", "no device id", "", "\u212Bngstr\u00F6m");

    /** Certificate keys, and as many WireGuard keys, of each device. */
    static final int KEYS = 3;

    private static final int MEMORY = 12;

    private final Random random;
    private final StoreChanges changes;
    private final DeviceStore observed;
    private final List<TunnelAddress> addresses;
    private final List<Change.Reserved> reserved = new ArrayList<>();
    private final List<DeviceCertificate> certificates = new ArrayList<>();
    private final List<Change> recent = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T12:00:00.000123Z");

    RandomChanges(long seed, DeviceStore observed, List<TunnelAddress> addresses) {
        this.random = new Random(seed);
        this.changes = new StoreChanges(seed);
        this.observed = observed;
        this.addresses = addresses;
    }

    Instant now() {
        return now;
    }

    Change next() {
        // Mostly on, now and then a little back, sometimes beyond the life of every intent.
        long step = random.nextInt(20) == 0 ? 70_000 : random.nextInt(9_000) - 1_000;
        now = now.plusMillis(step).plusNanos(random.nextInt(1_000_000));
        Change change = make();
        remember(recent, change);
        return change;
    }

    private Change make() {
        int kind = random.nextInt(100);
        if (kind < 30 || reserved.isEmpty()) {
            return remember(reserved, reserve());
        }
        if (kind < 48) {
            return enroll(pick(reserved));
        }
        if (kind < 53) {
            return changes.undone(pick(reserved), random.nextBoolean() ? Status.UNSIGNED : Status.UNCERTAIN, now);
        }
        if (kind < 57) {
            return changes.rejected(pick(reserved), now);
        }
        if (kind < 72 && !certificates.isEmpty()) {
            return aboutCertificate(pick(certificates));
        }
        if (kind < 88) {
            return liveOrDie(new DeviceId(pick(IDS)));
        }
        if (kind < 91) {
            return changes.attempted(
                    new DeviceId(pick(IDS)), StoreChanges.certificateKey("tried " + random.nextInt(12)), now);
        }
        if (kind < 93) {
            DeviceId id = new DeviceId(pick(IDS));
            return changes.allowed(id, certificateKey(id), now.plusSeconds(random.nextInt(300)), now);
        }
        if (kind < 95) {
            return importAddresses();
        }
        return pick(recent);
    }

    private Change liveOrDie(DeviceId id) {
        long version = versionMaybe(id);
        int kind = random.nextInt(26);
        if (kind >= 24) {
            return changes.cameBack(id, incarnationMaybe(id), now);
        }
        if (kind >= 20) {
            return changes.connected(id, incarnationMaybe(id), version, now);
        }
        if (kind < 3) {
            return changes.suspended(id, version, now);
        }
        if (kind < 6) {
            return changes.resumed(id, version, now);
        }
        if (kind < 10) {
            return changes.decommissioned(id, version, now);
        }
        if (kind < 14) {
            Instant until = now.plusMillis(random.nextInt(100_000) - 1000L).plusNanos(random.nextInt(1_000_000));
            return changes.released(id, incarnationMaybe(id), until, now);
        }
        if (kind < 18) {
            return changes.readmitted(id, version, now);
        }
        return changes.markedDue(
                Set.of(id, new DeviceId("k" + random.nextInt(3))), pick(List.of(Backend.values())), now);
    }

    /** Mostly the present one. */
    private Incarnation incarnationMaybe(DeviceId id) {
        return random.nextInt(12) == 0 ? new Incarnation(1 + random.nextInt(3)) : observed.incarnation(id);
    }

    private Change aboutCertificate(DeviceCertificate certificate) {
        int kind = random.nextInt(20);
        if (kind < 7) {
            return replacePeer(certificate);
        }
        if (kind < 16) {
            // Sometimes so much later that what it supersedes has expired.
            Instant at = random.nextInt(4) == 0 ? now.plus(Duration.ofDays(90)) : now;
            return changes.seen(certificate, versionMaybe(certificate.device()), at);
        }
        return changes.revoked(certificate, now);
    }

    private Change.Reserved reserve() {
        DeviceId id = new DeviceId(pick(IDS));
        Optional<Device> device = observed.find(id);
        DeviceId spelling = random.nextInt(8) == 0 ? id : device.map(Device::id).orElse(id);
        String peer = random.nextInt(6) == 0 ? "shared" : id.key() + random.nextInt(KEYS);
        return changes.reserved(
                spelling, incarnationMaybe(id), versionMaybe(id), certificateKey(id), StoreChanges.peerKey(peer), now);
    }

    private Change enroll(Change.Reserved about) {
        DeviceCertificate certificate = changes.certificate(about, Standing.ISSUED, Revocation.NONE);
        if (random.nextInt(10) == 0 && !certificates.isEmpty()) {
            certificate = StoreChanges.withLeafOf(pick(certificates), certificate);
        }
        remember(certificates, certificate);
        if (random.nextInt(10) == 0) {
            // Not what was reserved: a bug in whoever asks.
            Change.Reserved other = random.nextBoolean()
                    ? pick(reserved)
                    : new Change.Reserved(
                            about.intent(), about.expectedVersion(), StoreChanges.peerKey("other"), about.audit());
            return changes.enrolled(about, changes.certificate(other, Standing.ISSUED, Revocation.NONE), now);
        }
        Change.Enrolled enrolled = changes.enrolled(about, certificate, now);
        if (random.nextBoolean()) {
            enrolled = StoreChanges.withToken(enrolled, new Secret("token " + random.nextInt(1000)));
        }
        return random.nextBoolean() ? enrolled : StoreChanges.confirmedLater(enrolled);
    }

    /** Of any of the device's certificates, mostly as it stands. */
    private Change replacePeer(DeviceCertificate certificate) {
        String key = random.nextInt(3) == 0 ? "shared" : pick(IDS) + random.nextInt(3);
        return changes.peerReplaced(certificate, versionMaybe(certificate.device()), StoreChanges.peerKey(key), now);
    }

    /** Mostly the present one. */
    private long versionMaybe(DeviceId id) {
        return random.nextInt(8) == 0
                ? random.nextInt(3)
                : observed.find(id).map(Device::version).orElse(Device.ABSENT);
    }

    private KeyHash certificateKey(DeviceId id) {
        return StoreChanges.certificateKey(random.nextInt(10) == 0 ? "shared" : id.key() + random.nextInt(KEYS));
    }

    private Change importAddresses() {
        Map<String, TunnelAddress> taken = new HashMap<>();
        Set<TunnelAddress> unassignable = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            taken.put(pick(FOREIGN_IDS), pick(addresses));
        }
        if (random.nextInt(4) == 0) {
            unassignable.add(pick(addresses));
        }
        return changes.imported(taken, unassignable, now);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static <T> T remember(List<T> memory, T item) {
        memory.add(item);
        if (memory.size() > MEMORY) {
            memory.remove(0);
        }
        return item;
    }
}
