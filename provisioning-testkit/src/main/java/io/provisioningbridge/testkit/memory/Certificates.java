package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.KeyHash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every certificate there ever was, each once: known by its leaf, not by its serial number. Not safe for concurrent use. */
final class Certificates {

    /**
     * A certificate as it is stored.
     *
     * @param intent what it answered
     * @param dueSince when it became due for revocation, or its storing
     */
    record Stored(DeviceCertificate certificate, IntentId intent, Instant dueSince) {}

    private final Map<String, Stored> byLeaf = new LinkedHashMap<>();
    private final Map<String, List<String>> byDevice = new HashMap<>();
    private final Map<KeyHash, List<String>> byKey = new HashMap<>();

    Optional<Stored> find(DeviceCertificate certificate) {
        return Optional.ofNullable(byLeaf.get(certificate.pem()));
    }

    /** Whether it was not stored before. */
    boolean add(DeviceCertificate certificate, IntentId intent, Instant now) {
        if (byLeaf.putIfAbsent(certificate.pem(), new Stored(certificate, intent, now)) != null) {
            return false;
        }
        byDevice.computeIfAbsent(certificate.device().key(), none -> new ArrayList<>())
                .add(certificate.pem());
        byKey.computeIfAbsent(certificate.key(), none -> new ArrayList<>()).add(certificate.pem());
        return true;
    }

    void revoked(Stored stored) {
        DeviceCertificate done = stored.certificate().withRevocation(DeviceCertificate.Revocation.DONE);
        byLeaf.put(done.pem(), new Stored(done, stored.intent(), stored.dueSince()));
    }

    /** In the order they were stored. */
    List<DeviceCertificate> of(String device) {
        return byDevice.getOrDefault(device, List.of()).stream().map(this::leaf).toList();
    }

    /** Whether the key the intent is for was certified for another device or incarnation. */
    boolean isKeyOfAnother(IssuanceIntent intent) {
        return byKey.getOrDefault(intent.key(), List.of()).stream()
                .map(this::leaf)
                .anyMatch(other -> !other.device().sameDeviceAs(intent.device())
                        || !other.incarnation().equals(intent.incarnation()));
    }

    List<DeviceCertificate> due(int limit) {
        return byLeaf.values().stream()
                .filter(stored -> stored.certificate().revocation() == DeviceCertificate.Revocation.DUE)
                .sorted(Comparator.comparing(Stored::dueSince))
                .limit(limit)
                .map(Stored::certificate)
                .toList();
    }

    private DeviceCertificate leaf(String pem) {
        Stored stored = byLeaf.get(pem);
        if (stored == null) {
            throw new IllegalStateException("an index names a certificate that is not stored");
        }
        return stored.certificate();
    }
}
