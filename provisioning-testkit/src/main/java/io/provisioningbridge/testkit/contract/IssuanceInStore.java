package io.provisioningbridge.testkit.contract;

import static io.provisioningbridge.testkit.contract.StoreChanges.certificateKey;
import static io.provisioningbridge.testkit.contract.StoreChanges.peerKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The part of {@link DeviceStoreContract} about intents, certificates, keys and devices. */
public interface IssuanceInStore {

    Instant NOW = Instant.parse("2026-03-01T12:00:00.123Z");
    Instant EXPIRED = NOW.plus(StoreChanges.INTENT_LIFE);
    DeviceId PUMP = new DeviceId("Pump-1");
    DeviceId OTHER = new DeviceId("pump-2");

    /** A new, empty store; the contract closes it. */
    DeviceStore newStore(AddressPools pools);

    private DeviceStore newStore() {
        return newStore(AddressPools.parse("10.8.0.0/24").orThrow());
    }

    private static Change.Enrolled enroll(DeviceStore store, StoreChanges changes, String device) {
        Change.Reserved reserved = changes.reserved(device, NOW);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        Change.Enrolled enrolled = changes.enrolled(reserved, NOW.plusSeconds(1));
        assertThat(store.commit(enrolled)).isEqualTo(new Outcome.Committed());
        return enrolled;
    }

    @Test
    default void emptyStoreShouldKnowNobody() {
        try (DeviceStore store = newStore()) {
            assertThat(store.find(PUMP)).isEmpty();
            assertThat(store.openIntent(PUMP, NOW)).isEmpty();
            assertThat(store.certificates(PUMP)).isEmpty();
            assertThat(store.intents(PUMP)).isEmpty();
            assertThat(store.events(PUMP)).isEmpty();
            assertThat(due(store)).isEmpty();
            assertThat(store.peers().addresses()).isEmpty();
            assertThat(store.peers().revision()).isEqualTo(store.peersRevision());
        }
    }

    @Test
    default void identityShouldBelongToOneStore() {
        try (DeviceStore store = newStore();
                DeviceStore other = newStore()) {
            assertThat(store.identity())
                    .isNotBlank()
                    .isEqualTo(store.identity())
                    .isNotEqualTo(other.identity());
        }
    }

    @Test
    default void closedStoreShouldBeUnavailable() {
        DeviceStore store = newStore();
        store.close();
        store.close();
        assertThatThrownBy(() -> store.find(PUMP)).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> store.commit(new StoreChanges(1).reserved("pump", NOW)))
                .isInstanceOf(BackendUnavailableException.class);
    }

    @Test
    default void reservationShouldMakeAnIntentAndNoDevice() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);

            assertThat(store.commit(reserved)).isEqualTo(leased("10.8.0.2"));

            assertThat(store.find(PUMP)).isEmpty();
            assertThat(store.openIntent(new DeviceId("PUMP-1"), NOW)).contains(reserved.intent());
            assertThat(store.openIntent(PUMP, EXPIRED.minusMillis(1))).isPresent();
            assertThat(store.openIntent(PUMP, EXPIRED)).isEmpty();
            assertThat(store.intents(PUMP)).containsExactly(reserved.intent());
            assertThat(store.events(PUMP)).containsExactly(reserved.audit());
            assertThat(store.peers().addresses()).isEmpty();
        }
    }

    @Test
    default void enrollmentShouldMakeTheDevice() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Enrolled enrolled = enroll(store, changes, "Pump-1");

            Device device = store.find(new DeviceId("pump-1")).orElseThrow();
            assertThat(device)
                    .isEqualTo(new Device(
                            PUMP,
                            Incarnation.FIRST,
                            DeviceState.ENROLLED,
                            1,
                            address("10.8.0.2"),
                            enrolled.certificate().peer(),
                            enrolled.labels(),
                            enrolled.at(),
                            enrolled.at()));
            assertThat(store.certificates(PUMP)).containsExactly(enrolled.certificate());
            assertThat(store.openIntent(PUMP, NOW)).isEmpty();
            assertThat(store.intents(PUMP)).extracting(IssuanceIntent::status).containsExactly(Status.COMPLETED);
            assertThat(store.events(PUMP)).hasSize(2).endsWith(enrolled.audit());
            assertThat(store.peers().addresses()).isEqualTo(Map.of("Pump-1", address("10.8.0.2")));
            assertThat(due(store)).isEmpty();
        }
    }

    @Test
    default void timesShouldBeKeptInWholeMilliseconds() {
        StoreChanges changes = new StoreChanges(1);
        Instant fine = NOW.plusNanos(999_999);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("pump", fine);
            store.commit(reserved);
            store.commit(changes.enrolled(reserved, fine));

            assertThat(store.find(new DeviceId("pump")).orElseThrow().enrolled())
                    .isEqualTo(NOW);
            assertThat(store.intents(new DeviceId("pump")))
                    .extracting(IssuanceIntent::opened)
                    .containsExactly(NOW);
        }
    }

    @Test
    default void repeatedEnrollmentShouldBeCommittedAndChangeNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Enrolled enrolled = enroll(store, changes, "Pump-1");
            Device device = store.find(PUMP).orElseThrow();
            long revision = store.peersRevision();

            assertThat(store.commit(enrolled)).isEqualTo(new Outcome.Committed());

            assertThat(store.find(PUMP)).contains(device);
            assertThat(store.certificates(PUMP)).hasSize(1);
            assertThat(store.events(PUMP)).hasSize(2);
            assertThat(store.peersRevision()).isEqualTo(revision);
        }
    }

    @Test
    default void reissueShouldKeepWhoTheDeviceIs() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Enrolled first = enroll(store, changes, "Pump-1");
            Device before = store.find(PUMP).orElseThrow();
            PeerSnapshot peers = store.peers();
            Instant later = NOW.plusSeconds(1000);
            Change.Reserved again = changes.reserved(
                    PUMP, 1, certificateKey("another"), before.peer().key(), later);

            assertThat(store.commit(again)).isEqualTo(new Outcome.Leased(before.address()));
            Change.Enrolled second = changes.enrolled(again, later);
            assertThat(store.commit(second)).isEqualTo(new Outcome.Committed());

            assertThat(store.find(PUMP))
                    .contains(before.withPeer(second.certificate().peer()));
            assertThat(store.certificates(PUMP)).containsExactly(first.certificate(), second.certificate());
            assertThat(store.peers()).isEqualTo(peers);
        }
    }

    @Test
    default void openIntentShouldKeepOthersOutUntilItExpires() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved first = changes.reserved("Pump-1", NOW);
            store.commit(first);

            assertThat(store.commit(changes.reserved("pump-1", EXPIRED.minusMillis(1))))
                    .isEqualTo(new Outcome.Conflict());
            assertThat(store.intents(PUMP)).hasSize(1);

            assertThat(store.commit(changes.reserved("pump-1", EXPIRED))).isEqualTo(leased("10.8.0.2"));
            assertThat(store.intents(PUMP))
                    .extracting(IssuanceIntent::status)
                    .containsExactly(Status.UNCERTAIN, Status.OPEN);
            assertThat(store.events(PUMP))
                    .extracting(AuditEvent::action)
                    .containsExactly(
                            AuditEvent.Action.ISSUANCE_STARTED,
                            AuditEvent.Action.ISSUANCE_FAILED,
                            AuditEvent.Action.ISSUANCE_STARTED);
        }
    }

    @Test
    default void reservationShouldConflictWhenItWasDecidedOnAnotherVersion() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.reserved(PUMP, 1, certificateKey("a"), peerKey("a"), NOW)))
                    .isEqualTo(new Outcome.Conflict());
            enroll(store, changes, "Pump-1");

            assertThat(store.commit(changes.reserved("Pump-1", NOW))).isEqualTo(new Outcome.Conflict());
            assertThat(store.commit(changes.reserved(PUMP, 2, certificateKey("a"), peerKey("a"), NOW)))
                    .isEqualTo(new Outcome.Conflict());
            assertThat(store.intents(PUMP)).hasSize(1);
        }
    }

    @Test
    default void repeatedReservationShouldConflictAlsoAfterItsEnd() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);
            store.commit(reserved);
            assertThat(store.commit(reserved)).isEqualTo(new Outcome.Conflict());
            store.commit(changes.undone(reserved, Status.UNSIGNED, NOW));
            assertThat(store.commit(reserved)).isEqualTo(new Outcome.Conflict());
        }
    }

    @Test
    default void certificateKeyShouldBelongToItsDeviceForEver() {
        StoreChanges changes = new StoreChanges(1);
        Outcome inUse = new Outcome.KeyInUse(Outcome.KeyInUse.Key.CERTIFICATE);
        try (DeviceStore store = newStore()) {
            Change.Reserved mine = changes.reserved("Pump-1", NOW);
            Change.Reserved theirs =
                    changes.reserved(OTHER, Device.ABSENT, mine.intent().key(), peerKey("other"), NOW);
            store.commit(mine);
            assertThat(store.commit(theirs)).as("an open intent").isEqualTo(inUse);
            store.commit(changes.undone(mine, Status.UNCERTAIN, NOW));
            assertThat(store.commit(theirs)).as("an uncertain intent").isEqualTo(inUse);

            enroll(store, changes, "Pump-1");
            assertThat(store.commit(theirs)).as("a certificate").isEqualTo(inUse);
            assertThat(store.intents(OTHER)).isEmpty();
        }
    }

    @Test
    default void certificateKeyShouldBeFreeWhenTheAuthoritySurelyDidNotSign() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved mine = changes.reserved("Pump-1", NOW);
            store.commit(mine);
            store.commit(changes.undone(mine, Status.UNSIGNED, NOW));

            assertThat(store.commit(
                            changes.reserved(OTHER, Device.ABSENT, mine.intent().key(), peerKey("other"), NOW)))
                    .isInstanceOf(Outcome.Leased.class);
        }
    }

    @Test
    default void keyOfAnUnusableCertificateShouldStayItsDevices() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved mine = changes.reserved("Pump-1", NOW);
            store.commit(mine);
            store.commit(changes.rejected(mine, NOW));

            assertThat(store.commit(
                            changes.reserved(OTHER, Device.ABSENT, mine.intent().key(), peerKey("other"), NOW)))
                    .isEqualTo(new Outcome.KeyInUse(Outcome.KeyInUse.Key.CERTIFICATE));
        }
    }

    @Test
    default void peerKeyShouldBelongToOneDeviceOrOpenIntent() {
        StoreChanges changes = new StoreChanges(1);
        Outcome inUse = new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        try (DeviceStore store = newStore()) {
            PeerKey key = peerKey("shared");
            Change.Reserved mine = changes.reserved(PUMP, Device.ABSENT, certificateKey("mine"), key, NOW);
            store.commit(mine);
            assertThat(store.commit(changes.reserved(
                            OTHER, Device.ABSENT, certificateKey("theirs"), key, EXPIRED.minusMillis(1))))
                    .as("an open intent")
                    .isEqualTo(inUse);

            store.commit(changes.enrolled(mine, NOW));
            assertThat(store.commit(changes.reserved(OTHER, Device.ABSENT, certificateKey("theirs"), key, EXPIRED)))
                    .as("a device")
                    .isEqualTo(inUse);
        }
    }

    @Test
    default void expiredIntentShouldLoseItsPeerKeyForGood() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            PeerKey key = peerKey("shared");
            Change.Reserved mine = changes.reserved(PUMP, Device.ABSENT, certificateKey("mine"), key, NOW);
            store.commit(mine);

            assertThat(store.commit(changes.reserved(OTHER, Device.ABSENT, certificateKey("theirs"), key, EXPIRED)))
                    .as("its address is free with it")
                    .isEqualTo(leased("10.8.0.2"));

            // Decided just before the end, written after the other one.
            assertThat(store.commit(changes.enrolled(mine, EXPIRED.minusMillis(1))))
                    .isEqualTo(new Outcome.StoredForRevocation());
            assertThat(store.find(PUMP)).isEmpty();
        }
    }

    @Test
    default void undoneIntentShouldEndAndBeRemembered() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);
            store.commit(reserved);
            Change.Undone undone = changes.undone(reserved, Status.UNSIGNED, NOW);

            assertThat(store.commit(undone)).isEqualTo(new Outcome.Committed());

            assertThat(store.openIntent(PUMP, NOW)).isEmpty();
            assertThat(store.intents(PUMP)).extracting(IssuanceIntent::status).containsExactly(Status.UNSIGNED);
            assertThat(store.events(PUMP)).endsWith(undone.audit()).hasSize(2);

            assertThat(store.commit(changes.undone(reserved, Status.UNCERTAIN, NOW)))
                    .isEqualTo(new Outcome.Committed());
            assertThat(store.intents(PUMP)).extracting(IssuanceIntent::status).containsExactly(Status.UNSIGNED);
            assertThat(store.events(PUMP)).hasSize(2);
        }
    }

    @Test
    default void certificateThatComesTooLateShouldBeStoredForRevocation() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);
            store.commit(reserved);
            Change.Enrolled late = changes.enrolled(reserved, EXPIRED);

            for (int i = 0; i < 2; i++) {
                assertThat(store.commit(late)).isEqualTo(new Outcome.StoredForRevocation());
                assertThat(store.find(PUMP)).isEmpty();
                assertThat(store.certificates(PUMP)).containsExactly(unusable(late.certificate()));
                assertThat(due(store)).containsExactly(unusable(late.certificate()));
                assertThat(store.intents(PUMP))
                        .extracting(IssuanceIntent::status)
                        .containsExactly(Status.REJECTED);
                assertThat(store.events(PUMP))
                        .extracting(AuditEvent::action)
                        .containsExactly(AuditEvent.Action.ISSUANCE_STARTED, AuditEvent.Action.CERTIFICATE_REJECTED);
            }
            assertThat(store.commit(changes.reserved("pump-2", EXPIRED)))
                    .as("its address is free again")
                    .isEqualTo(leased("10.8.0.2"));
        }
    }

    @Test
    default void lateCertificateShouldNotTouchTheNextIntent() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved first = changes.reserved("Pump-1", NOW);
            Change.Reserved second = changes.reserved("Pump-1", EXPIRED);
            store.commit(first);
            store.commit(second);

            assertThat(store.commit(changes.enrolled(first, EXPIRED))).isEqualTo(new Outcome.StoredForRevocation());
            assertThat(store.commit(changes.rejected(first, EXPIRED))).isEqualTo(new Outcome.Committed());

            assertThat(store.commit(changes.reserved("pump-2", EXPIRED))).isEqualTo(leased("10.8.0.3"));
            assertThat(store.commit(changes.enrolled(second, EXPIRED))).isEqualTo(new Outcome.Committed());
            assertThat(store.find(PUMP).orElseThrow().address()).isEqualTo(address("10.8.0.2"));
            assertThat(store.intents(PUMP))
                    .extracting(IssuanceIntent::status)
                    .containsExactly(Status.REJECTED, Status.COMPLETED);
            assertThat(store.certificates(PUMP)).hasSize(3);
        }
    }

    @Test
    default void certificateOfAnUnknownIntentShouldBeStoredForRevocation() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved never = changes.reserved("Pump-1", NOW);
            assertThat(store.commit(changes.enrolled(never, NOW))).isEqualTo(new Outcome.StoredForRevocation());
            assertThat(store.commit(changes.rejected(never, NOW))).isEqualTo(new Outcome.Committed());
            assertThat(store.commit(changes.undone(never, Status.UNSIGNED, NOW)))
                    .isEqualTo(new Outcome.Committed());
            assertThat(store.certificates(PUMP)).hasSize(2);
            assertThat(due(store)).hasSize(2);
            assertThat(store.intents(PUMP)).isEmpty();
        }
    }

    @Test
    default void secondCertificateOfACompletedIntentShouldBeStoredForRevocation() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);
            store.commit(reserved);
            Change.Enrolled first = changes.enrolled(reserved, NOW);
            store.commit(first);
            Change.Enrolled second = changes.enrolled(reserved, NOW);

            assertThat(store.commit(second)).isEqualTo(new Outcome.StoredForRevocation());

            assertThat(store.certificates(PUMP)).containsExactly(first.certificate(), unusable(second.certificate()));
            assertThat(store.intents(PUMP)).extracting(IssuanceIntent::status).containsExactly(Status.COMPLETED);
        }
    }

    @Test
    default void certificateThatWasStoredAsUnusableShouldNeverEnrollADevice() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved first = changes.reserved("Pump-1", NOW);
            store.commit(first);
            Change.Rejected rejected = changes.rejected(first, NOW);
            store.commit(rejected);
            Change.Reserved second = changes.reserved("Pump-1", NOW);
            store.commit(second);
            DeviceCertificate old = rejected.certificate();
            DeviceCertificate same =
                    StoreChanges.withLeafOf(old, changes.certificate(second, Standing.ISSUED, Revocation.NONE));

            assertThat(store.commit(changes.enrolled(second, same, NOW))).isEqualTo(new Outcome.StoredForRevocation());

            assertThat(store.find(PUMP)).isEmpty();
            assertThat(store.certificates(PUMP)).containsExactly(old);
            assertThat(store.intents(PUMP))
                    .extracting(IssuanceIntent::status)
                    .containsExactly(Status.REJECTED, Status.REJECTED);
        }
    }

    @Test
    default void oneSerialNumberShouldNotHideAnotherCertificate() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate mine = enroll(store, changes, "Pump-1").certificate();
            Change.Reserved reserved = changes.reserved("pump-2", NOW);
            store.commit(reserved);
            DeviceCertificate theirs =
                    withSerialOf(mine, changes.certificate(reserved, Standing.ISSUED, Revocation.NONE));

            assertThat(store.commit(changes.enrolled(reserved, theirs, NOW))).isEqualTo(new Outcome.Committed());
            assertThat(store.commit(changes.revoked(theirs, NOW))).isEqualTo(new Outcome.Committed());

            assertThat(store.certificates(PUMP)).containsExactly(mine);
            assertThat(store.certificates(OTHER)).containsExactly(theirs.withRevocation(Revocation.DONE));
        }
    }

    @Test
    default void changeThatContradictsItsIntentShouldBeRefusedAndWriteNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);
            store.commit(reserved);
            Change.Reserved other = changes.reserved(
                    reserved.intent().device(), Device.ABSENT, reserved.intent().key(), peerKey("other"), NOW);
            Change.Enrolled otherPeer = changes.enrolled(
                    new Change.Reserved(reserved.intent(), Device.ABSENT, other.peer(), reserved.audit()), NOW);
            Change.Enrolled otherDevice = changes.enrolled(
                    reserved,
                    changes.enrolled(changes.reserved("pump-2", NOW), NOW).certificate(),
                    NOW);

            assertThatThrownBy(() -> store.commit(otherPeer)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.commit(otherDevice)).isInstanceOf(IllegalArgumentException.class);

            assertThat(store.openIntent(PUMP, NOW)).contains(reserved.intent());
            assertThat(store.certificates(PUMP)).isEmpty();
            assertThat(store.certificates(OTHER)).isEmpty();
        }
    }

    @Test
    default void rejectedCertificateShouldWaitForRevocation() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);
            store.commit(reserved);
            Change.Rejected rejected = changes.rejected(reserved, NOW);

            for (int i = 0; i < 2; i++) {
                assertThat(store.commit(rejected)).isEqualTo(new Outcome.Committed());
                assertThat(store.intents(PUMP))
                        .extracting(IssuanceIntent::status)
                        .containsExactly(Status.REJECTED);
                assertThat(due(store)).containsExactly(rejected.certificate());
                assertThat(store.events(PUMP)).hasSize(2).endsWith(rejected.audit());
            }
            assertThat(store.commit(changes.reserved("Pump-1", NOW))).isEqualTo(leased("10.8.0.2"));
        }
    }

    @Test
    default void revokedCertificateShouldBeDone() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Enrolled enrolled = enroll(store, changes, "Pump-1");
            Change.Revoked revoked = changes.revoked(enrolled.certificate(), NOW);

            for (int i = 0; i < 2; i++) {
                assertThat(store.commit(revoked)).isEqualTo(new Outcome.Committed());
                assertThat(store.certificates(PUMP))
                        .containsExactly(enrolled.certificate().withRevocation(Revocation.DONE));
                assertThat(store.events(PUMP)).hasSize(3).endsWith(revoked.audit());
            }
        }
    }

    @Test
    default void revokingWhatIsNotStoredShouldConflict() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate unknown =
                    changes.enrolled(changes.reserved("Pump-1", NOW), NOW).certificate();
            assertThat(store.commit(changes.revoked(unknown, NOW))).isEqualTo(new Outcome.Conflict());
            assertThat(store.events(PUMP)).isEmpty();
        }
    }

    @Test
    default void replacedPeerShouldBeTheDevicesOnlyOne() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate certificate = enroll(store, changes, "Pump-1").certificate();
            Device device = store.find(PUMP).orElseThrow();
            PeerSnapshot peers = store.peers();
            Change.PeerReplaced replaced = changes.peerReplaced(certificate, 1, peerKey("new"), NOW);

            assertThat(store.commit(replaced)).isEqualTo(new Outcome.Committed());

            assertThat(store.find(PUMP)).contains(device.withPeer(replaced.peer()));
            assertThat(store.certificates(PUMP)).containsExactly(certificate.withPeer(replaced.peer()));
            assertThat(store.peers().addresses()).isEqualTo(peers.addresses());
            assertThat(store.peersRevision()).as("another key").isGreaterThan(peers.revision());
            assertThat(store.commit(replaced)).as("decided on an old version").isEqualTo(new Outcome.Conflict());
            assertThat(store.commit(changes.reserved(
                            OTHER,
                            Device.ABSENT,
                            certificateKey("b"),
                            device.peer().key(),
                            NOW)))
                    .as("the key it had is nobody's")
                    .isInstanceOf(Outcome.Leased.class);
        }
    }

    @Test
    default void peerShouldNotBeReplacedByAnothersKey() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate certificate = enroll(store, changes, "Pump-1").certificate();
            enroll(store, changes, "pump-2");
            Change.Reserved open = changes.reserved("pump-3", NOW);
            store.commit(open);
            Device device = store.find(PUMP).orElseThrow();
            Device other = store.find(OTHER).orElseThrow();

            assertThat(store.commit(
                            changes.peerReplaced(certificate, 1, other.peer().key(), NOW)))
                    .isEqualTo(new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER));
            assertThat(store.commit(changes.peerReplaced(certificate, 1, open.peer(), NOW)))
                    .isEqualTo(new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER));
            assertThat(store.find(PUMP)).contains(device);
            assertThat(store.commit(changes.peerReplaced(certificate, 1, open.peer(), EXPIRED)))
                    .isEqualTo(new Outcome.Committed());
            assertThat(store.intents(new DeviceId("pump-3")))
                    .extracting(IssuanceIntent::status)
                    .containsExactly(Status.UNCERTAIN);
        }
    }

    @Test
    default void peerOfAStrangerShouldNotBeReplaced() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore();
                DeviceStore elsewhere = newStore()) {
            DeviceCertificate certificate = enroll(elsewhere, changes, "Pump-1").certificate();
            assertThat(store.commit(changes.peerReplaced(certificate, Device.ABSENT, peerKey("new"), NOW)))
                    .isEqualTo(new Outcome.Conflict());
            assertThat(store.commit(changes.peerReplaced(certificate, 1, peerKey("new"), NOW)))
                    .isEqualTo(new Outcome.Conflict());
        }
    }

    private static Outcome leased(String address) {
        return new Outcome.Leased(address(address));
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }

    private static List<DeviceCertificate> due(DeviceStore store) {
        return store.certificates(PUMP).stream()
                .filter(certificate -> certificate.revocation() == Revocation.DUE)
                .toList();
    }

    private static DeviceCertificate unusable(DeviceCertificate certificate) {
        return certificate.withStanding(Standing.UNUSABLE).withRevocation(Revocation.DUE);
    }

    private static DeviceCertificate withSerialOf(DeviceCertificate serial, DeviceCertificate other) {
        return new DeviceCertificate(
                serial.serial(),
                other.device(),
                other.incarnation(),
                other.key(),
                other.notBefore(),
                other.notAfter(),
                other.standing(),
                other.revocation(),
                other.pem(),
                other.chainPem(),
                other.peer(),
                other.atOnce(),
                other.request());
    }
}
