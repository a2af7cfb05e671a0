package io.provisioningbridge.testkit.contract;

import static io.provisioningbridge.testkit.contract.StoreChanges.certificateKey;
import static io.provisioningbridge.testkit.contract.StoreChanges.peerKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The part of {@link DeviceStoreContract} about devices that come again: their certificates, peers and attempts. */
public interface ReenrollmentInStore {

    Instant FIRST = Instant.parse("2026-03-01T12:00:00.123Z");
    DeviceId MIXER = new DeviceId("Mixer-1");
    DeviceId STRANGER = new DeviceId("mixer-2");
    Outcome COMMITTED = new Outcome.Committed();
    Outcome CONFLICT = new Outcome.Conflict();
    Outcome PEER_IN_USE = new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);

    /** A new, empty store; the contract closes it. */
    DeviceStore newStore(AddressPools pools);

    private DeviceStore newStore() {
        return newStore(AddressPools.parse("10.8.0.0/24").orThrow());
    }

    private static DeviceCertificate enroll(DeviceStore store, StoreChanges changes, DeviceId id) {
        Change.Reserved reserved = changes.reserved(id.text(), FIRST);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        Change.Enrolled enrolled = changes.enrolled(reserved, FIRST);
        assertThat(store.commit(enrolled)).isEqualTo(COMMITTED);
        return enrolled.certificate();
    }

    private static Change.Reserved reserve(
            DeviceStore store, StoreChanges changes, String key, PeerKey peer, Instant at) {
        Change.Reserved reserved = changes.reserved(MIXER, device(store).version(), certificateKey(key), peer, at);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        return reserved;
    }

    /** Another certificate for the mixer, which keeps its peer until that is seen. */
    private static DeviceCertificate renew(
            DeviceStore store, StoreChanges changes, String key, PeerKey peer, Instant at) {
        Change.Enrolled enrolled =
                StoreChanges.confirmedLater(changes.enrolled(reserve(store, changes, key, peer, at), at));
        assertThat(store.commit(enrolled)).isEqualTo(COMMITTED);
        return enrolled.certificate();
    }

    private static Device device(DeviceStore store) {
        return store.find(MIXER).orElseThrow();
    }

    /** What a stranger who wants that WireGuard key is told; nothing of it stays. */
    private static Outcome claim(DeviceStore store, StoreChanges changes, PeerKey peer) {
        Change.Reserved reserved = changes.reserved(STRANGER, Device.ABSENT, certificateKey("stranger"), peer, FIRST);
        Outcome outcome = store.commit(reserved);
        store.commit(changes.undone(reserved, Status.UNSIGNED, FIRST));
        return outcome;
    }

    @Test
    default void certificateShouldKeepThePeerAndTheRequestItBelongsTo() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);

            assertThat(store.certificates(MIXER)).containsExactly(first, second);
            assertThat(first.request()).hasSize(64);
            assertThat(second.request()).isEmpty();
        }
    }

    @Test
    default void deviceShouldKeepItsPeerWhileTheNewCertificateIsNotSeen() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            Device before = device(store);
            long revision = store.peersRevision();

            renew(store, changes, "second", peerKey("second"), FIRST);

            assertThat(device(store)).isEqualTo(before.withPeer(before.peer()));
            assertThat(device(store).version()).isEqualTo(2);
            assertThat(store.peersRevision()).isEqualTo(revision);
        }
    }

    @Test
    default void deviceShouldGetTheNewPeerAtOnceWhenTheChangeSaysSo() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            Device before = device(store);
            Change.Enrolled second =
                    changes.enrolled(reserve(store, changes, "second", peerKey("second"), FIRST), FIRST);

            assertThat(store.commit(second)).isEqualTo(COMMITTED);

            assertThat(device(store))
                    .isEqualTo(before.withPeer(second.certificate().peer()));
            assertThat(store.certificates(MIXER))
                    .as("the first one still proves the device")
                    .containsExactly(first, second.certificate());
            assertThat(claim(store, changes, first.peer().key()))
                    .as("and may yet be used with its peer")
                    .isEqualTo(PEER_IN_USE);
        }
    }

    @Test
    default void peerKeyOfACertificateThatProvesItsDeviceShouldBeThatDevices() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);
            DeviceCertificate valve = enroll(store, changes, new DeviceId("valve"));
            assertThat(claim(store, changes, peerKey("second"))).isEqualTo(PEER_IN_USE);
            assertThat(store.commit(changes.peerReplaced(valve, 1, peerKey("second"), FIRST)))
                    .isEqualTo(PEER_IN_USE);
            assertThat(store.certificates(new DeviceId("valve"))).containsExactly(valve);
            Change.Reserved own = reserve(store, changes, "third", peerKey("second"), FIRST);
            store.commit(changes.undone(own, Status.UNSIGNED, FIRST));

            store.commit(changes.revoked(second, FIRST));

            assertThat(claim(store, changes, peerKey("second"))).isInstanceOf(Outcome.Leased.class);
        }
    }

    @Test
    default void peerKeyOfTheDeviceShouldStayItsWhenTheCertificateIsRevoked() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            store.commit(changes.revoked(first, FIRST));
            assertThat(claim(store, changes, first.peer().key())).isEqualTo(PEER_IN_USE);
        }
    }

    @Test
    default void peerKeyOfACertificateThatWasNeverHandedOutShouldBeNobodys() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            Change.Reserved reserved = reserve(store, changes, "second", peerKey("second"), FIRST);
            store.commit(changes.rejected(reserved, FIRST));
            assertThat(claim(store, changes, peerKey("second"))).isInstanceOf(Outcome.Leased.class);
        }
    }

    @Test
    default void seenCertificateShouldBecomeCurrentAndItsPeerTheDevices() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);
            DeviceCertificate third = renew(store, changes, "third", peerKey("third"), FIRST);
            Device before = device(store);
            long revision = store.peersRevision();
            Change.Seen seen = changes.seen(second, before.version(), FIRST);

            assertThat(store.commit(seen)).isEqualTo(COMMITTED);

            assertThat(device(store)).isEqualTo(before.withPeer(second.peer()));
            assertThat(store.certificates(MIXER))
                    .containsExactly(
                            superseded(first, Revocation.DUE),
                            second.withStanding(Standing.CURRENT),
                            superseded(third, Revocation.DUE));
            assertThat(store.events(MIXER)).endsWith(seen.audit());
            assertThat(store.peersRevision()).as("another key").isGreaterThan(revision);
            assertThat(claim(store, changes, first.peer().key())).isInstanceOf(Outcome.Leased.class);
            assertThat(claim(store, changes, third.peer().key())).isInstanceOf(Outcome.Leased.class);
            assertThat(claim(store, changes, second.peer().key())).isEqualTo(PEER_IN_USE);
        }
    }

    @Test
    default void currentCertificateShouldBeSupersededByTheNextOneSeen() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            assertThat(store.commit(changes.seen(first, 1, FIRST))).isEqualTo(COMMITTED);
            DeviceCertificate second =
                    renew(store, changes, "second", first.peer().key(), FIRST);

            assertThat(store.commit(changes.seen(second, 3, FIRST))).isEqualTo(COMMITTED);

            assertThat(store.certificates(MIXER))
                    .containsExactly(superseded(first, Revocation.DUE), second.withStanding(Standing.CURRENT));
            assertThat(device(store).peer()).isEqualTo(second.peer());
        }
    }

    @Test
    default void supersededCertificateShouldBeRevokedOnlyWhileItIsValid() {
        for (int late = -1; late <= 1; late++) {
            StoreChanges changes = new StoreChanges(1);
            try (DeviceStore store = newStore()) {
                DeviceCertificate first = enroll(store, changes, MIXER);
                DeviceCertificate second =
                        renew(store, changes, "second", peerKey("second"), FIRST.plus(Duration.ofDays(60)));
                Instant now = first.notAfter().plusMillis(late);

                assertThat(store.commit(changes.seen(second, 2, now))).isEqualTo(COMMITTED);

                Revocation expected = late < 0 ? Revocation.DUE : Revocation.NONE;
                assertThat(store.certificates(MIXER))
                        .as("%d ms after it expired", late)
                        .containsExactly(superseded(first, expected), second.withStanding(Standing.CURRENT));
            }
        }
    }

    @Test
    default void whatIsRevokedShouldStayRevokedWhenItIsSuperseded() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);
            store.commit(changes.revoked(first, FIRST));

            store.commit(changes.seen(second, 2, FIRST));

            assertThat(store.certificates(MIXER))
                    .containsExactly(superseded(first, Revocation.DONE), second.withStanding(Standing.CURRENT));
        }
    }

    @Test
    default void seeingTheCurrentCertificateAgainShouldChangeNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            store.commit(changes.seen(first, 1, FIRST));
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);
            Device device = device(store);
            int events = store.events(MIXER).size();

            assertThat(store.commit(changes.seen(first, device.version(), FIRST)))
                    .isEqualTo(COMMITTED);

            assertThat(device(store)).isEqualTo(device);
            assertThat(store.certificates(MIXER))
                    .as("the newer one is not superseded by an older one")
                    .containsExactly(first.withStanding(Standing.CURRENT), second);
            assertThat(store.events(MIXER)).hasSize(events);
        }
    }

    @Test
    default void certificateThatNoLongerProvesItsDeviceShouldNotBeSeen() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate superseded = enroll(store, changes, MIXER);
            DeviceCertificate revoked = renew(store, changes, "revoked", peerKey("revoked"), FIRST);
            store.commit(changes.revoked(revoked, FIRST));
            DeviceCertificate current = renew(store, changes, "current", peerKey("current"), FIRST);
            store.commit(changes.seen(current, 3, FIRST));
            Change.Rejected rejected =
                    changes.rejected(reserve(store, changes, "rejected", peerKey("rejected"), FIRST), FIRST);
            store.commit(rejected);
            Device device = device(store);
            List<DeviceCertificate> certificates = store.certificates(MIXER);

            for (DeviceCertificate other : List.of(superseded, revoked, rejected.certificate())) {
                DeviceCertificate asHandedOut =
                        other.withStanding(Standing.ISSUED).withRevocation(Revocation.NONE);
                assertThat(store.commit(changes.seen(asHandedOut, device.version(), FIRST)))
                        .isEqualTo(CONFLICT);
            }

            assertThat(device(store)).isEqualTo(device);
            assertThat(store.certificates(MIXER)).isEqualTo(certificates);
        }
    }

    @Test
    default void certificateShouldNotBeSeenOnOldKnowledge() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            Change.Reserved never = changes.reserved(STRANGER.text(), FIRST);
            DeviceCertificate unknown = changes.certificate(never, Standing.ISSUED, Revocation.NONE);

            for (long version : new long[] {Device.ABSENT, 2}) {
                assertThat(store.commit(changes.seen(first, version, FIRST))).isEqualTo(CONFLICT);
            }
            assertThat(store.commit(changes.seen(unknown, Device.ABSENT, FIRST)))
                    .as("a certificate that is not stored")
                    .isEqualTo(CONFLICT);

            assertThat(store.certificates(MIXER)).containsExactly(first);
            assertThat(store.events(MIXER)).hasSize(2);
            assertThat(store.events(STRANGER)).isEmpty();
        }
    }

    @Test
    default void peerOfACertificateNotYetSeenShouldBeReplacedWithoutTheDevices() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);
            Device before = device(store);
            Change.PeerReplaced replaced = changes.peerReplaced(second, 2, peerKey("anew"), FIRST);

            assertThat(store.commit(replaced)).isEqualTo(COMMITTED);

            assertThat(device(store)).isEqualTo(before.withPeer(before.peer()));
            assertThat(store.certificates(MIXER)).endsWith(second.withPeer(replaced.peer()));
            assertThat(store.events(MIXER)).endsWith(replaced.audit());
            assertThat(claim(store, changes, peerKey("anew"))).isEqualTo(PEER_IN_USE);
            assertThat(claim(store, changes, peerKey("second"))).isInstanceOf(Outcome.Leased.class);
            assertThat(store.commit(replaced)).as("decided on an old version").isEqualTo(CONFLICT);

            assertThat(store.commit(changes.seen(second, 3, FIRST))).isEqualTo(COMMITTED);
            assertThat(device(store).peer())
                    .as("as it is stored, not as it was handed in")
                    .isEqualTo(replaced.peer());
        }
    }

    @Test
    default void peerOfTheCertificateInForceShouldBeReplacedWithTheDevices() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, MIXER);
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);
            store.commit(changes.seen(second, 2, FIRST));
            Device before = device(store);
            Change.PeerReplaced replaced = changes.peerReplaced(second, 3, peerKey("anew"), FIRST);

            assertThat(store.commit(replaced)).isEqualTo(COMMITTED);

            assertThat(device(store)).isEqualTo(before.withPeer(replaced.peer()));
            assertThat(store.certificates(MIXER))
                    .containsExactly(
                            superseded(first, Revocation.DUE),
                            second.withStanding(Standing.CURRENT).withPeer(replaced.peer()));
        }
    }

    @Test
    default void peerShouldNotBeReplacedByAKeyAnOpenIntentClaims() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            DeviceCertificate second = renew(store, changes, "second", peerKey("second"), FIRST);
            Change.Reserved open = changes.reserved(STRANGER.text(), FIRST);
            store.commit(open);

            assertThat(store.commit(changes.peerReplaced(second, 2, open.peer(), FIRST)))
                    .isEqualTo(PEER_IN_USE);

            assertThat(store.certificates(MIXER)).endsWith(second);
            assertThat(device(store).version()).isEqualTo(2);
        }
    }

    @Test
    default void attemptsShouldBeTheLastDistinctKeysLatestFirst() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            List<Attempt> expected = new ArrayList<>();
            for (int i = 0; i < Attempt.KEPT + 3; i++) {
                Change.Attempted attempted = attempt(changes, "key " + i, FIRST.plusSeconds(i));
                assertThat(store.commit(attempted)).isEqualTo(COMMITTED);
                assertThat(store.events(MIXER)).endsWith(attempted.audit());
                expected.add(0, attempted.attempt());
            }
            expected = expected.subList(0, Attempt.KEPT);
            assertThat(store.attempts(new DeviceId("MIXER-1"))).isEqualTo(expected);

            Change.Attempted again = attempt(changes, "key 5", FIRST.plusSeconds(60));
            assertThat(store.commit(again)).isEqualTo(COMMITTED);

            assertThat(store.attempts(MIXER)).hasSize(Attempt.KEPT).startsWith(again.attempt());
            expected.removeIf(old -> old.key().equals(again.attempt().key()));
            assertThat(store.attempts(MIXER)).endsWith(expected.toArray(Attempt[]::new));
        }
    }

    @Test
    default void attemptsOfOneDeviceShouldNotPushOutAnothers() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            enroll(store, changes, STRANGER);
            Change.Attempted mine = attempt(changes, "the same", FIRST);
            store.commit(mine);
            for (int i = 0; i < Attempt.KEPT; i++) {
                store.commit(changes.attempted(STRANGER, certificateKey("key " + i), FIRST));
            }
            store.commit(changes.attempted(STRANGER, certificateKey("the same"), FIRST));

            assertThat(store.attempts(MIXER)).containsExactly(mine.attempt());
            assertThat(store.attempts(STRANGER)).hasSize(Attempt.KEPT);
        }
    }

    @Test
    default void attemptForADeviceWithoutARecordShouldConflict() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            store.commit(changes.reserved(MIXER.text(), FIRST));
            assertThat(store.commit(attempt(changes, "key", FIRST))).isEqualTo(CONFLICT);
            assertThat(store.attempts(MIXER)).isEmpty();
            assertThat(store.events(MIXER)).hasSize(1);
        }
    }

    @Test
    default void allowanceShouldCountUntilItExpires() {
        StoreChanges changes = new StoreChanges(1);
        KeyHash key = certificateKey("new");
        Instant expires = FIRST.plusSeconds(100);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            enroll(store, changes, STRANGER);
            assertThat(store.isAllowed(MIXER, key, FIRST)).isFalse();
            Change.Allowed allowed = changes.allowed(MIXER, key, expires, FIRST);

            assertThat(store.commit(allowed)).isEqualTo(COMMITTED);

            assertThat(store.events(MIXER)).endsWith(allowed.audit());
            assertThat(store.isAllowed(new DeviceId("MIXER-1"), key, FIRST)).isTrue();
            assertThat(store.isAllowed(MIXER, key, expires.minusNanos(1))).isTrue();
            assertThat(store.isAllowed(MIXER, key, expires)).isFalse();
            assertThat(store.isAllowed(MIXER, certificateKey("other"), FIRST)).isFalse();
            assertThat(store.isAllowed(STRANGER, key, FIRST)).isFalse();
        }
    }

    @Test
    default void allowanceShouldBeRenewed() {
        StoreChanges changes = new StoreChanges(1);
        KeyHash key = certificateKey("new");
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            store.commit(changes.allowed(MIXER, key, FIRST.plusSeconds(100), FIRST));
            assertThat(store.commit(changes.allowed(MIXER, key, FIRST.plusSeconds(200), FIRST)))
                    .isEqualTo(COMMITTED);
            assertThat(store.isAllowed(MIXER, key, FIRST.plusSeconds(199))).isTrue();
            assertThat(store.isAllowed(MIXER, key, FIRST.plusSeconds(200))).isFalse();
        }
    }

    @Test
    default void allowanceShouldBeUsedUpByItsOwnKeyOnly() {
        StoreChanges changes = new StoreChanges(1);
        KeyHash key = certificateKey("new");
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            enroll(store, changes, STRANGER);
            Instant expires = FIRST.plus(Duration.ofDays(7));
            store.commit(changes.allowed(MIXER, key, expires, FIRST));
            store.commit(changes.allowed(STRANGER, key, expires, FIRST));

            renew(store, changes, "another", peerKey("another"), FIRST);
            Change.Reserved vain = reserve(store, changes, "new", peerKey("new"), FIRST);
            store.commit(changes.undone(vain, Status.UNSIGNED, FIRST));
            assertThat(store.isAllowed(MIXER, key, FIRST)).isTrue();

            renew(store, changes, "new", peerKey("new"), FIRST);
            assertThat(store.isAllowed(MIXER, key, FIRST)).isFalse();
            assertThat(store.isAllowed(STRANGER, key, FIRST))
                    .as("another device's")
                    .isTrue();
        }
    }

    @Test
    default void allowanceShouldOutliveACertificateThatComesTooLate() {
        StoreChanges changes = new StoreChanges(1);
        KeyHash key = certificateKey("new");
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            store.commit(changes.allowed(MIXER, key, FIRST.plus(Duration.ofDays(7)), FIRST));
            Change.Reserved reserved = reserve(store, changes, "new", peerKey("new"), FIRST);
            assertThat(store.commit(changes.enrolled(reserved, FIRST.plus(StoreChanges.INTENT_LIFE))))
                    .isEqualTo(new Outcome.StoredForRevocation());
            assertThat(store.isAllowed(MIXER, key, FIRST)).isTrue();
        }
    }

    @Test
    default void allowanceForADeviceWithoutARecordShouldConflict() {
        StoreChanges changes = new StoreChanges(1);
        KeyHash key = certificateKey("new");
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.allowed(MIXER, key, FIRST.plusSeconds(100), FIRST)))
                    .isEqualTo(CONFLICT);
            enroll(store, changes, MIXER);
            assertThat(store.isAllowed(MIXER, key, FIRST)).isFalse();
        }
    }

    @Test
    default void timesOfReenrollmentShouldBeKeptInWholeMilliseconds() {
        StoreChanges changes = new StoreChanges(1);
        Instant fine = FIRST.plusNanos(999_999);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, MIXER);
            renew(store, changes, "second", peerKey("second"), fine);
            store.commit(attempt(changes, "key", fine));
            store.commit(changes.allowed(MIXER, certificateKey("key"), fine, FIRST));

            assertThat(store.certificates(MIXER))
                    .extracting(certificate -> certificate.peer().firstIssued())
                    .containsExactly(FIRST, FIRST);
            assertThat(store.attempts(MIXER)).extracting(Attempt::at).containsExactly(FIRST);
            assertThat(store.isAllowed(MIXER, certificateKey("key"), FIRST)).isFalse();
        }
    }

    private static Change.Attempted attempt(StoreChanges changes, String key, Instant at) {
        return changes.attempted(MIXER, certificateKey(key), at);
    }

    private static DeviceCertificate superseded(DeviceCertificate certificate, Revocation revocation) {
        return certificate.withStanding(Standing.SUPERSEDED).withRevocation(revocation);
    }
}
