package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.domain.TunnelPeer;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
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
     * The lanes of the change's devices that fall behind when it is written, in the same transaction. A change that changes
     * nothing makes none due; one answered by {@link Outcome.StoredForRevocation} makes only
     * {@link Backend#CERTIFICATE_AUTHORITY} due.
     */
    default Set<Backend> makesDue() {
        return Set.of();
    }

    /**
     * Before the authority is asked: opens the intent, claims the peer key, and leases an address where the device has
     * none (an imported reservation for this id is taken). Answered by {@link Outcome.Leased}.
     *
     * <p>{@link Outcome.Conflict} when the device is not at {@code expectedVersion}, is out of service or in another
     * {@linkplain DeviceStore#incarnation incarnation} than the intent's, or another intent of it is open at
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
     * <p>A device that is known keeps its peer until the certificate is {@link Seen}, unless that counts
     * {@linkplain DeviceCertificate#atOnce() at once}. An allowance for the key, if there is one, is used up. One that is
     * known and gets its first token by this falls behind at {@link Backend#UPDATE_SERVER}, too.
     *
     * @param certificate of the intent's device, incarnation and key; its peer's key is the one that was reserved
     * @param targetToken what the device is to show to the update server; one it has already stays
     * @param at now
     */
    record Enrolled(
            IntentId intent,
            DeviceCertificate certificate,
            Optional<Secret> targetToken,
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

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(Backend.TUNNEL, Backend.PLATFORM);
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

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(Backend.CERTIFICATE_AUTHORITY);
        }
    }

    /**
     * The pair a certificate was handed out with is made anew; where it is the device's own by now, that too.
     * {@link Outcome.Conflict} when the device is not at {@code expectedVersion}, is out of service or in another incarnation
     * than the certificate, or that is not stored; {@link Outcome.KeyInUse} when the key is another device's.
     *
     * @param certificate as it is stored
     */
    record PeerReplaced(DeviceCertificate certificate, long expectedVersion, TunnelPeer peer, AuditEvent audit)
            implements Change {

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(Backend.TUNNEL);
        }
    }

    /**
     * The device was seen with a certificate: it becomes the current one and its peer the device's. All others of the
     * incarnation that were handed out are superseded, those still valid at {@code at} due for revocation. Seeing the
     * current one again changes nothing. {@link Outcome.Conflict} when the device is not at {@code expectedVersion}, is
     * out of service or in another incarnation, or the stored certificate no longer
     * {@linkplain DeviceCertificate#provesDevice() proves} it.
     *
     * @param certificate as it is stored, of the device's present incarnation
     * @param at now
     */
    record Seen(DeviceCertificate certificate, long expectedVersion, Instant at, AuditEvent audit) implements Change {

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(Backend.CERTIFICATE_AUTHORITY, Backend.TUNNEL, Backend.PLATFORM);
        }
    }

    /**
     * A device has connected to the platform. One that is connected changes nothing. {@link Outcome.Conflict} when it is not
     * at {@code expectedVersion}, in another incarnation, suspended or out of service.
     */
    record Connected(DeviceId device, Incarnation incarnation, long expectedVersion, AuditEvent audit)
            implements Change {

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(Backend.UPDATE_SERVER);
        }
    }

    /**
     * A device out of service was found again in a system it had been removed from: noted, nothing else.
     * {@link Outcome.Conflict} when the device is not out of service, or in another incarnation.
     */
    record CameBack(DeviceId device, Incarnation incarnation, AuditEvent audit) implements Change {}

    /**
     * Somebody tried a key that proves nothing: kept for the operator, the last {@link Attempt#KEPT} distinct keys of each
     * device. {@link Outcome.Conflict} when the device has no record.
     */
    record Attempted(DeviceId device, Attempt attempt, AuditEvent audit) implements Change {}

    /**
     * An operator allows one key: {@link Enrolled} with it uses the allowance up. Allowing it again renews it.
     * {@link Outcome.Conflict} when the device has no record.
     *
     * @param expires from when on it counts no more
     */
    record Allowed(DeviceId device, KeyHash key, Instant expires, AuditEvent audit) implements Change {}

    /**
     * An operator shuts a device out for the time being. Shutting out one that is shut out changes nothing.
     * {@link Outcome.Conflict} when it is not at {@code expectedVersion}, or out of service.
     */
    record Suspended(DeviceId device, long expectedVersion, AuditEvent audit) implements Change {

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(Backend.TUNNEL, Backend.PLATFORM, Backend.UPDATE_SERVER);
        }
    }

    /**
     * An operator lets a suspended device in again, as {@link io.provisioningbridge.core.domain.DeviceState#ENROLLED}.
     * Letting in one that is in changes nothing. {@link Outcome.Conflict} when it is not at {@code expectedVersion}, or out
     * of service.
     */
    record Resumed(DeviceId device, long expectedVersion, AuditEvent audit) implements Change {

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(Backend.TUNNEL, Backend.PLATFORM);
        }
    }

    /**
     * A device is taken out of service for good: its record becomes a tombstone, its open intent ends as
     * {@link IssuanceIntent.Status#UNCERTAIN}, every certificate of any incarnation that is still valid at the audit's time
     * and not revoked is due for revocation, its allowances, attempts and token are gone. Its address stays its own until
     * {@link AddressReleased}, and is no longer in the {@link DeviceStore#peers() peers}. What was observed of it outside
     * counts no more: its lanes are without an {@link io.provisioningbridge.core.domain.Lane#observation() observation}
     * until they are done.
     *
     * <p>With {@link Device#ABSENT} for a device that has no record: the tombstone is made of the intent that is open at the
     * audit's time. Taking out one that is out changes nothing. {@link Outcome.Conflict} when it is not at
     * {@code expectedVersion}, or there is neither a record nor an open intent.
     */
    record Decommissioned(DeviceId device, long expectedVersion, AuditEvent audit) implements Change {

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.allOf(Backend.class);
        }
    }

    /**
     * The tunnel server has let a device out of service go: its address rests until {@code until}, then it is given to
     * others, after all that were never used. Repeating it changes nothing. {@link Outcome.Conflict} when the device is not
     * out of service, or in another incarnation.
     */
    record AddressReleased(DeviceId device, Incarnation incarnation, Instant until, AuditEvent audit)
            implements Change {}

    /**
     * An operator lets the id of a device out of service be enrolled again, as the next incarnation that inherits nothing:
     * from now on there is no record of it. {@link Outcome.Conflict} when it is not at {@code expectedVersion}, not out of
     * service, or still has its address.
     */
    record Readmitted(DeviceId device, long expectedVersion, AuditEvent audit) implements Change {}

    /**
     * Somebody wants lanes worked on (again): a repair, or an operator who retries what had failed. Each falls behind by a
     * generation. Devices without a record count as well.
     */
    record MarkedDue(Set<DeviceId> devices, Backend backend, AuditEvent audit) implements Change {

        public MarkedDue {
            devices = Set.copyOf(devices);
        }

        @Override
        public Set<Backend> makesDue() {
            return EnumSet.of(backend);
        }
    }

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
