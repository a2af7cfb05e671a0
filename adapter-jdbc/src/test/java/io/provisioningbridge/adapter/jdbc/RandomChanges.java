package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.testkit.contract.StoreChanges;
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
        if (kind < 40 || reserved.isEmpty()) {
            return remember(reserved, reserve());
        }
        if (kind < 60) {
            return enroll(pick(reserved));
        }
        if (kind < 70) {
            return changes.undone(pick(reserved), random.nextBoolean() ? Status.UNSIGNED : Status.UNCERTAIN, now);
        }
        if (kind < 76) {
            return changes.rejected(pick(reserved), now);
        }
        if (kind < 84) {
            return replacePeer();
        }
        if (kind < 90 && !certificates.isEmpty()) {
            return changes.revoked(pick(certificates), now);
        }
        if (kind < 94) {
            return importAddresses();
        }
        return pick(recent);
    }

    private Change.Reserved reserve() {
        DeviceId id = new DeviceId(pick(IDS));
        Optional<Device> device = observed.find(id);
        long version = random.nextInt(8) == 0
                ? random.nextInt(3)
                : device.map(Device::version).orElse(Device.ABSENT);
        DeviceId spelling = random.nextInt(8) == 0 ? id : device.map(Device::id).orElse(id);
        String own = id.key() + random.nextInt(2);
        String key = random.nextInt(10) == 0 ? "shared" : own;
        String peer = random.nextInt(6) == 0 ? "shared" : own;
        Incarnation incarnation = new Incarnation(random.nextInt(12) == 0 ? 2 : 1);
        return changes.reserved(
                spelling, incarnation, version, StoreChanges.certificateKey(key), StoreChanges.peerKey(peer), now);
    }

    private Change enroll(Change.Reserved about) {
        DeviceCertificate certificate = changes.certificate(about.intent(), Standing.ISSUED, Revocation.NONE);
        if (random.nextInt(10) == 0 && !certificates.isEmpty()) {
            certificate = withLeafOf(pick(certificates), certificate);
        }
        remember(certificates, certificate);
        if (random.nextInt(15) == 0) {
            // Not what was reserved: a bug in whoever asks.
            IssuanceIntent other = pick(reserved).intent();
            return changes.enrolled(about, changes.certificate(other, Standing.ISSUED, Revocation.NONE), now);
        }
        return changes.enrolled(about, certificate, now);
    }

    private Change replacePeer() {
        DeviceId id = new DeviceId(pick(IDS));
        Optional<Device> device = observed.find(id);
        if (device.isEmpty()) {
            return changes.undone(pick(reserved), Status.UNCERTAIN, now);
        }
        String key = random.nextInt(3) == 0 ? "shared" : pick(IDS) + random.nextInt(3);
        return changes.peerReplaced(device.get(), StoreChanges.peerKey(key), now);
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

    private static DeviceCertificate withLeafOf(DeviceCertificate leaf, DeviceCertificate other) {
        return new DeviceCertificate(
                leaf.serial(),
                other.device(),
                other.incarnation(),
                other.key(),
                leaf.notBefore(),
                leaf.notAfter(),
                other.standing(),
                other.revocation(),
                leaf.pem(),
                leaf.chainPem());
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
