package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every certificate there ever was, each once: known by its leaf, not by its serial number. Not safe for concurrent use. */
final class Certificates {

    /** A certificate as it is stored, and what it answered. */
    record Stored(DeviceCertificate certificate, IntentId intent) {}

    private final Map<String, Stored> byLeaf = new LinkedHashMap<>();
    private final Map<String, List<String>> byDevice = new HashMap<>();
    private final Map<KeyHash, List<String>> byKey = new HashMap<>();
    private final Map<PeerKey, Set<String>> byPeer = new HashMap<>();

    Optional<Stored> find(DeviceCertificate certificate) {
        return Optional.ofNullable(byLeaf.get(certificate.pem()));
    }

    /** Whether it was not stored before. */
    boolean add(DeviceCertificate certificate, IntentId intent) {
        if (byLeaf.putIfAbsent(certificate.pem(), new Stored(certificate, intent)) != null) {
            return false;
        }
        byDevice.computeIfAbsent(certificate.device().key(), none -> new ArrayList<>())
                .add(certificate.pem());
        byKey.computeIfAbsent(certificate.key(), none -> new ArrayList<>()).add(certificate.pem());
        indexPeer(certificate);
        return true;
    }

    /** The same leaf with another standing, revocation or peer. */
    void replace(DeviceCertificate certificate) {
        byLeaf.computeIfPresent(certificate.pem(), (pem, stored) -> new Stored(certificate, stored.intent()));
        indexPeer(certificate);
    }

    /** Whether another device was handed out a certificate with this peer key, and still may come to use it. */
    boolean isPeerOfAnother(PeerKey key, String device) {
        // Those that had the key once may have another by now.
        return byPeer.getOrDefault(key, Set.of()).stream()
                .map(this::leaf)
                .anyMatch(other -> other.peer().key().equals(key)
                        && other.provesDevice()
                        && !other.device().key().equals(device));
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

    private void indexPeer(DeviceCertificate certificate) {
        byPeer.computeIfAbsent(certificate.peer().key(), none -> new HashSet<>())
                .add(certificate.pem());
    }

    private DeviceCertificate leaf(String pem) {
        Stored stored = byLeaf.get(pem);
        if (stored == null) {
            throw new IllegalStateException("an index names a certificate that is not stored");
        }
        return stored.certificate();
    }
}
