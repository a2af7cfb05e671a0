package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One thing to be written, as data: {@link DeviceStore#commit} does all of it or nothing. Each names what it was decided
 * on, so that a decision on old knowledge becomes a conflict and not a lost update.
 */
public sealed interface Change {

    /** What the audit trail says; written in the same transaction. */
    AuditEvent audit();

    /**
     * Before the authority is asked: opens the intent, claims the peer key, and leases an address where the device has
     * none (an imported reservation for this id is taken). Answered by {@link Outcome.Leased}.
     *
     * <p>{@link Outcome.Conflict} when the device is not at {@code expectedVersion}, or another intent of it is open at
     * {@code intent.opened()}; {@link Outcome.KeyInUse} when the certificate key belongs to another device or incarnation
     * (by a certificate, an open or an uncertain intent), or the peer key to another device (or its open intent);
     * {@link Outcome.PoolExhausted} when there is no address. Checked in this order.
     *
     * @param intent open; its device in the spelling to be kept
     * @param expectedVersion {@link Device#ABSENT} for a device without a record
     * @param peer the WireGuard key the device is going to have
     */
    record Reserved(IssuanceIntent intent, long expectedVersion, PeerKey peer, AuditEvent audit) implements Change {

        public Reserved {
            if (!intent.openAt(intent.opened())) {
                throw new IllegalArgumentException("an intent is open when it is made");
            }
        }
    }

    /**
     * The authority signed: closes the intent, stores the certificate, and makes or updates the device with the leased
     * address and this peer.
     *
     * <p>When the intent is no longer open at {@code at}, the certificate is stored all the same, as
     * {@link DeviceCertificate.Standing#UNUSABLE} and due for revocation, in this same commit:
     * {@link Outcome.StoredForRevocation}. Repeating a commit that succeeded is {@link Outcome.Committed}.
     *
     * @param certificate of the intent's device, incarnation and key
     * @param peer its key is the one that was reserved
     * @param at now
     */
    record Enrolled(
            IntentId intent,
            DeviceCertificate certificate,
            TunnelPeer peer,
            Device.Labels labels,
            Instant at,
            AuditEvent audit)
            implements Change {

        public Enrolled {
            if (certificate.standing() != DeviceCertificate.Standing.ISSUED
                    || certificate.revocation() != DeviceCertificate.Revocation.NONE) {
                throw new IllegalArgumentException("a certificate about to be handed out is issued and not revoked");
            }
        }
    }

    /**
     * The authority was asked in vain: closes the intent, releases what it claimed. An address that was never handed out
     * goes back without quarantine; a reservation from an import stays one. Closing a closed intent is
     * {@link Outcome.Committed} and changes nothing.
     *
     * @param end {@link IssuanceIntent.Status#UNSIGNED} or {@link IssuanceIntent.Status#UNCERTAIN}
     */
    record Undone(IntentId intent, IssuanceIntent.Status end, AuditEvent audit) implements Change {

        public Undone {
            if (end != IssuanceIntent.Status.UNSIGNED && end != IssuanceIntent.Status.UNCERTAIN) {
                throw new IllegalArgumentException("an intent in vain is unsigned or uncertain, not " + end);
            }
        }
    }

    /**
     * The authority sent a certificate that cannot be handed out: stores it, due for revocation, and ends the intent as
     * {@link Undone} does.
     *
     * @param certificate {@link DeviceCertificate.Standing#UNUSABLE} and {@link DeviceCertificate.Revocation#DUE}
     */
    record Rejected(IntentId intent, DeviceCertificate certificate, AuditEvent audit) implements Change {

        public Rejected {
            if (certificate.standing() != DeviceCertificate.Standing.UNUSABLE
                    || certificate.revocation() != DeviceCertificate.Revocation.DUE) {
                throw new IllegalArgumentException("a rejected certificate is unusable and due for revocation");
            }
        }
    }

    /**
     * The device gets another WireGuard key on the same address. {@link Outcome.Conflict} when it is not at
     * {@code expectedVersion}, {@link Outcome.KeyInUse} when the key is another device's.
     */
    record PeerReplaced(DeviceId device, long expectedVersion, TunnelPeer peer, AuditEvent audit) implements Change {}

    /** The authority took the certificate back. {@link Outcome.Conflict} when no such certificate is stored. */
    record Revoked(DeviceCertificate certificate, AuditEvent audit) implements Change {}

    /**
     * Takes addresses over from another installation: each is reserved for its id, which is not enrolled by that, and stands
     * in the {@link DeviceStore#peers() peers}. Addresses in {@code unassignable} are given to nobody. Repeating it is
     * harmless. {@link Outcome.Conflict}, and nothing taken, when an address or an id is already leased otherwise.
     *
     * @param reserved by device id as the other installation spelled it; no two with one address
     * @param unassignable addresses several ids claimed
     */
    record AddressesImported(
            SortedMap<String, TunnelAddress> reserved, Set<TunnelAddress> unassignable, AuditEvent audit)
            implements Change {

        public AddressesImported {
            reserved = Collections.unmodifiableSortedMap(new TreeMap<>(reserved));
            unassignable = Set.copyOf(unassignable);
        }

        /** From any map. */
        public static AddressesImported of(
                Map<String, TunnelAddress> reserved, Set<TunnelAddress> unassignable, AuditEvent audit) {
            return new AddressesImported(new TreeMap<>(reserved), unassignable, audit);
        }
    }
}
