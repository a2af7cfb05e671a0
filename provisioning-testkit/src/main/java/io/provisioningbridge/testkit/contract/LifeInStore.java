package io.provisioningbridge.testkit.contract;

import static io.provisioningbridge.testkit.contract.StoreChanges.certificateKey;
import static io.provisioningbridge.testkit.contract.StoreChanges.peerKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DesiredPeer;
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
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The part of {@link DeviceStoreContract} about shutting devices out, taking them out of service and readmitting them. */
public interface LifeInStore {

    Instant DAY = Instant.parse("2026-03-01T12:00:00.123Z");
    DeviceId PRESS = new DeviceId("Press-1");
    Incarnation SECOND = new Incarnation(2);
    Outcome DONE = new Outcome.Committed();
    Outcome REFUSED = new Outcome.Conflict();

    /** A new, empty store; the contract closes it. */
    DeviceStore newStore(AddressPools pools);

    private DeviceStore newStore() {
        return newStore(AddressPools.parse("10.8.0.0/24").orThrow());
    }

    private static DeviceCertificate enroll(DeviceStore store, StoreChanges changes, String device) {
        return enroll(store, changes, changes.reserved(device, DAY));
    }

    private static DeviceCertificate enroll(DeviceStore store, StoreChanges changes, Change.Reserved reserved) {
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        Change.Enrolled enrolled = changes.enrolled(reserved, DAY);
        assertThat(store.commit(enrolled)).isEqualTo(DONE);
        return enrolled.certificate();
    }

    private static Device device(DeviceStore store, DeviceId id) {
        return store.find(id).orElseThrow();
    }

    /** Enrolls the device, takes it out of service and lets its address go. */
    private static DeviceCertificate enrollAndRelease(
            DeviceStore store, StoreChanges changes, String device, Instant until) {
        DeviceCertificate certificate = enroll(store, changes, device);
        DeviceId id = new DeviceId(device);
        assertThat(store.commit(changes.decommissioned(id, 1, DAY))).isEqualTo(DONE);
        assertThat(store.commit(changes.released(id, Incarnation.FIRST, until, DAY)))
                .isEqualTo(DONE);
        return certificate;
    }

    private static Change.Reserved secondLife(StoreChanges changes, String name) {
        return changes.reserved(PRESS, SECOND, Device.ABSENT, certificateKey(name), peerKey(name), DAY);
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }

    private static Outcome leased(String address) {
        return new Outcome.Leased(address(address));
    }

    @Test
    default void suspendedDeviceShouldKeepEverythingButItsPeer() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate certificate = enroll(store, changes, "Press-1");
            Device before = device(store, PRESS);
            long revision = store.peersRevision();
            assertThat(store.desiredPeers())
                    .containsExactly(new DesiredPeer(PRESS, certificate.peer().key(), before.address()));
            Instant now = DAY.plusSeconds(9);
            Change.Suspended suspended = changes.suspended(new DeviceId("PRESS-1"), 1, now);

            assertThat(store.commit(suspended)).isEqualTo(DONE);

            assertThat(device(store, PRESS)).isEqualTo(before.withState(DeviceState.SUSPENDED, now));
            assertThat(store.desiredPeers()).isEmpty();
            assertThat(store.peers().addresses()).hasSize(1);
            assertThat(store.peersRevision()).isGreaterThan(revision);
            assertThat(store.certificates(PRESS)).containsExactly(certificate);
            assertThat(store.events(PRESS)).endsWith(suspended.audit());

            revision = store.peersRevision();
            Instant later = now.plusSeconds(1);
            assertThat(store.commit(changes.resumed(PRESS, 2, later))).isEqualTo(DONE);
            assertThat(device(store, PRESS))
                    .isEqualTo(before.withState(DeviceState.SUSPENDED, now).withState(DeviceState.ENROLLED, later));
            assertThat(store.desiredPeers()).hasSize(1);
            assertThat(store.peersRevision()).isGreaterThan(revision);
        }
    }

    @Test
    default void suspendingAndResumingAgainShouldChangeNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, "Press-1");
            assertThat(store.commit(changes.resumed(PRESS, 1, DAY))).isEqualTo(DONE);
            assertThat(device(store, PRESS).version()).isEqualTo(1);
            store.commit(changes.suspended(PRESS, 1, DAY));
            Device suspended = device(store, PRESS);
            int events = store.events(PRESS).size();
            long revision = store.peersRevision();

            assertThat(store.commit(changes.suspended(PRESS, 2, DAY.plusSeconds(1))))
                    .isEqualTo(DONE);

            assertThat(device(store, PRESS)).isEqualTo(suspended);
            assertThat(store.events(PRESS)).hasSize(events);
            assertThat(store.peersRevision()).isEqualTo(revision);
        }
    }

    @Test
    default void suspendingOnOldKnowledgeShouldConflict() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.suspended(PRESS, Device.ABSENT, DAY)))
                    .isEqualTo(REFUSED);
            assertThat(store.commit(changes.resumed(PRESS, Device.ABSENT, DAY))).isEqualTo(REFUSED);
            enroll(store, changes, "Press-1");
            assertThat(store.commit(changes.suspended(PRESS, 2, DAY))).isEqualTo(REFUSED);
            assertThat(store.commit(changes.resumed(PRESS, 2, DAY))).isEqualTo(REFUSED);
            store.commit(changes.decommissioned(PRESS, 1, DAY));
            assertThat(store.commit(changes.suspended(PRESS, 2, DAY))).isEqualTo(REFUSED);
            assertThat(store.commit(changes.resumed(PRESS, 2, DAY))).isEqualTo(REFUSED);
            assertThat(device(store, PRESS).state()).isEqualTo(DeviceState.DECOMMISSIONED);
        }
    }

    @Test
    default void suspendedDeviceShouldStaySoWhateverItsEnrollmentDoes() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, "Press-1");
            Change.Reserved reserved = changes.reserved(PRESS, 1, certificateKey("new"), peerKey("new"), DAY);
            store.commit(reserved);
            store.commit(changes.suspended(PRESS, 1, DAY));
            long revision = store.peersRevision();

            assertThat(store.commit(changes.enrolled(reserved, DAY))).isEqualTo(DONE);

            assertThat(device(store, PRESS).state()).isEqualTo(DeviceState.SUSPENDED);
            assertThat(device(store, PRESS).peer().key()).isEqualTo(peerKey("new"));
            assertThat(store.desiredPeers()).isEmpty();
            assertThat(store.peersRevision()).as("nobody sees a difference").isEqualTo(revision);
        }
    }

    @Test
    default void desiredPeersShouldBeInTheOrderOfTheDevices() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            for (String device : List.of("c", "A", "b")) {
                enroll(store, changes, device);
            }
            store.commit(changes.reserved("not-yet", DAY));
            store.commit(changes.imported(Map.of("foreign", address("10.8.0.99")), Set.of(), DAY));
            assertThat(store.desiredPeers())
                    .containsExactly(
                            new DesiredPeer(new DeviceId("A"), peerKey("a"), address("10.8.0.3")),
                            new DesiredPeer(new DeviceId("b"), peerKey("b"), address("10.8.0.4")),
                            new DesiredPeer(new DeviceId("c"), peerKey("c"), address("10.8.0.2")));
        }
    }

    @Test
    default void decommissionedDeviceShouldBecomeATombstone() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes, "Press-1");
            Change.Reserved renewal = changes.reserved(PRESS, 1, certificateKey("new"), peerKey("new"), DAY);
            DeviceCertificate second = enroll(store, changes, renewal);
            store.commit(changes.revoked(first, DAY));
            store.commit(changes.reserved(PRESS, 2, certificateKey("third"), peerKey("third"), DAY));
            store.commit(changes.attempted(PRESS, certificateKey("tried"), DAY));
            store.commit(changes.allowed(PRESS, certificateKey("allowed"), DAY.plusSeconds(99), DAY));
            Device before = device(store, PRESS);
            long revision = store.peersRevision();
            Instant now = DAY.plusSeconds(5);
            Change.Decommissioned change = changes.decommissioned(new DeviceId("press-1"), 2, now);

            assertThat(store.commit(change)).isEqualTo(DONE);

            assertThat(device(store, PRESS)).isEqualTo(before.withState(DeviceState.DECOMMISSIONED, now));
            assertThat(store.certificates(PRESS))
                    .containsExactly(first.withRevocation(Revocation.DONE), second.withRevocation(Revocation.DUE));
            assertThat(store.intents(PRESS))
                    .extracting(IssuanceIntent::status)
                    .containsExactly(Status.COMPLETED, Status.COMPLETED, Status.UNCERTAIN);
            assertThat(store.openIntent(PRESS, now)).isEmpty();
            assertThat(store.attempts(PRESS)).isEmpty();
            assertThat(store.isAllowed(PRESS, certificateKey("allowed"), now)).isFalse();
            assertThat(store.peers().addresses()).isEmpty();
            assertThat(store.desiredPeers()).isEmpty();
            assertThat(store.peersRevision()).isGreaterThan(revision);
            assertThat(store.events(PRESS)).endsWith(change.audit());
            assertThat(store.commit(changes.reserved("other", DAY)))
                    .as("its address is its own")
                    .isEqualTo(leased("10.8.0.3"));
        }
    }

    @Test
    default void expiredCertificateShouldNotBeTakenBack() {
        for (int late = -1; late <= 0; late++) {
            StoreChanges changes = new StoreChanges(1);
            try (DeviceStore store = newStore()) {
                DeviceCertificate certificate = enroll(store, changes, "Press-1");
                store.commit(
                        changes.decommissioned(PRESS, 1, certificate.notAfter().plusMillis(late)));
                assertThat(store.certificates(PRESS))
                        .as("%d ms after its end", late)
                        .extracting(DeviceCertificate::revocation)
                        .containsExactly(late < 0 ? Revocation.DUE : Revocation.NONE);
            }
        }
    }

    @Test
    default void decommissioningAgainShouldChangeNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, "Press-1");
            store.commit(changes.suspended(PRESS, 1, DAY));
            long revision = store.peersRevision();
            assertThat(store.commit(changes.decommissioned(PRESS, 1, DAY)))
                    .as("decided on an old version")
                    .isEqualTo(REFUSED);
            assertThat(store.commit(changes.decommissioned(PRESS, 2, DAY))).isEqualTo(DONE);
            assertThat(store.peersRevision()).as("it left the peers").isGreaterThan(revision);
            Device tombstone = device(store, PRESS);
            revision = store.peersRevision();
            int events = store.events(PRESS).size();

            assertThat(store.commit(changes.decommissioned(PRESS, 3, DAY.plusSeconds(1))))
                    .isEqualTo(DONE);

            assertThat(device(store, PRESS)).isEqualTo(tombstone);
            assertThat(store.events(PRESS)).hasSize(events);
            assertThat(store.peersRevision()).isEqualTo(revision);
        }
    }

    @Test
    default void tombstoneShouldBeMadeOfAnOpenIntent() {
        StoreChanges changes = new StoreChanges(1);
        Instant expired = DAY.plus(StoreChanges.INTENT_LIFE);
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.decommissioned(PRESS, Device.ABSENT, DAY)))
                    .as("neither a record nor an intent")
                    .isEqualTo(REFUSED);
            Change.Reserved reserved = changes.reserved("Press-1", DAY);
            store.commit(reserved);
            assertThat(store.commit(changes.decommissioned(PRESS, Device.ABSENT, expired)))
                    .as("an intent that expired")
                    .isEqualTo(REFUSED);
            assertThat(store.commit(changes.decommissioned(PRESS, 1, DAY))).isEqualTo(REFUSED);
            Instant now = DAY.plusSeconds(2);

            assertThat(store.commit(changes.decommissioned(new DeviceId("PRESS-1"), Device.ABSENT, now)))
                    .isEqualTo(DONE);

            Device tombstone = device(store, PRESS);
            assertThat(tombstone.id()).isEqualTo(PRESS);
            assertThat(tombstone.state()).isEqualTo(DeviceState.DECOMMISSIONED);
            assertThat(tombstone.version()).isEqualTo(1);
            assertThat(tombstone.incarnation()).isEqualTo(Incarnation.FIRST);
            assertThat(tombstone.address()).isEqualTo(address("10.8.0.2"));
            assertThat(tombstone.peer().key()).isEqualTo(reserved.peer());
            assertThat(tombstone.stateSince()).isEqualTo(now);
            assertThat(store.intents(PRESS)).extracting(IssuanceIntent::status).containsExactly(Status.UNCERTAIN);
            assertThat(store.peers().addresses()).isEmpty();
        }
    }

    @Test
    default void importedAddressOfADecommissionedEnrollmentShouldLeaveThePeers() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            store.commit(changes.imported(Map.of("Press-1", address("10.8.0.9")), Set.of(), DAY));
            assertThat(store.commit(changes.decommissioned(PRESS, Device.ABSENT, DAY)))
                    .as("a reservation alone")
                    .isEqualTo(REFUSED);
            store.commit(changes.reserved("Press-1", DAY));
            long revision = store.peersRevision();

            assertThat(store.commit(changes.decommissioned(PRESS, Device.ABSENT, DAY)))
                    .isEqualTo(DONE);

            assertThat(device(store, PRESS).address()).isEqualTo(address("10.8.0.9"));
            assertThat(store.peers().addresses()).isEmpty();
            assertThat(store.peersRevision()).isGreaterThan(revision);
        }
    }

    @Test
    default void enrollmentThatADecommissionOvertookShouldEndOutside() {
        for (boolean known : new boolean[] {false, true}) {
            for (int phase = 0; phase < 4; phase++) {
                StoreChanges changes = new StoreChanges(1);
                try (DeviceStore store = newStore()) {
                    Change.Reserved reserved = changes.reserved("Press-1", DAY);
                    if (known) {
                        enroll(store, changes, "Press-1");
                        reserved = changes.reserved(PRESS, 1, certificateKey("new"), peerKey("new"), DAY);
                    }
                    store.commit(reserved);
                    assertThat(store.commit(changes.decommissioned(PRESS, known ? 1 : Device.ABSENT, DAY)))
                            .isEqualTo(DONE);
                    Device tombstone = device(store, PRESS);
                    int stored = store.certificates(PRESS).size();

                    boolean arrives = true;
                    if (phase == 0) {
                        Change.Enrolled late = changes.enrolled(reserved, DAY);
                        assertThat(store.commit(late)).isEqualTo(new Outcome.StoredForRevocation());
                        assertThat(store.commit(late)).as("again").isEqualTo(new Outcome.StoredForRevocation());
                    } else if (phase == 1) {
                        assertThat(store.commit(changes.rejected(reserved, DAY)))
                                .isEqualTo(DONE);
                    } else {
                        Status end = phase == 2 ? Status.UNSIGNED : Status.UNCERTAIN;
                        assertThat(store.commit(changes.undone(reserved, end, DAY)))
                                .isEqualTo(DONE);
                        arrives = false;
                    }

                    assertThat(device(store, PRESS)).isEqualTo(tombstone);
                    assertThat(store.certificates(PRESS)).hasSize(stored + (arrives ? 1 : 0));
                    assertThat(store.certificates(PRESS)).allMatch(each -> each.revocation() == Revocation.DUE);
                    assertThat(store.intents(PRESS).get(known ? 1 : 0).status())
                            .isEqualTo(arrives ? Status.REJECTED : Status.UNCERTAIN);
                    assertThat(store.commit(changes.reserved("other", DAY)))
                            .as("the address is not given away")
                            .isEqualTo(leased("10.8.0.3"));
                }
            }
        }
    }

    @Test
    default void deviceOutOfServiceShouldStayOut() {
        StoreChanges changes = new StoreChanges(1);
        Instant years = DAY.plus(Duration.ofDays(1000));
        try (DeviceStore store = newStore()) {
            DeviceCertificate expired = enroll(store, changes, "Press-1");
            store.commit(changes.decommissioned(PRESS, 1, years));
            assertThat(store.certificates(PRESS)).containsExactly(expired);
            Device tombstone = device(store, PRESS);

            assertThat(store.commit(changes.seen(expired, 2, years))).isEqualTo(REFUSED);
            assertThat(store.commit(changes.peerReplaced(expired, 2, peerKey("anew"), years)))
                    .isEqualTo(REFUSED);
            for (Incarnation incarnation : List.of(Incarnation.FIRST, SECOND)) {
                assertThat(store.commit(
                                changes.reserved(PRESS, incarnation, 2, certificateKey("new"), peerKey("new"), years)))
                        .isEqualTo(REFUSED);
            }
            assertThat(device(store, PRESS)).isEqualTo(tombstone);
            assertThat(store.commit(changes.reserved(
                            new DeviceId("other"),
                            Device.ABSENT,
                            certificateKey("o"),
                            expired.peer().key(),
                            years)))
                    .as("its peer may still be known to the server")
                    .isEqualTo(new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER));
        }
    }

    @Test
    default void releasedAddressShouldRestAndThenBeGivenLast() {
        StoreChanges changes = new StoreChanges(1);
        Instant until = DAY.plusSeconds(100);
        try (DeviceStore store = newStore(AddressPools.parse("10.8.0.0/29").orThrow())) {
            enrollAndRelease(store, changes, "a", until);
            enrollAndRelease(store, changes, "b", until.minusSeconds(1));
            enrollAndRelease(store, changes, "c", until);
            for (String fresh : List.of("10.8.0.5", "10.8.0.6")) {
                assertThat(store.commit(changes.reserved("later-" + fresh, until.plusSeconds(1000))))
                        .as("one that was never used")
                        .isEqualTo(leased(fresh));
            }
            assertThat(store.commit(changes.reserved("e", until.minusMillis(1001))))
                    .as("all the others rest")
                    .isEqualTo(new Outcome.PoolExhausted());
            assertThat(store.commit(changes.reserved("e", until.minusSeconds(1))))
                    .isEqualTo(leased("10.8.0.3"));
            assertThat(store.commit(changes.reserved("f", until.minusMillis(1))))
                    .isEqualTo(new Outcome.PoolExhausted());
            assertThat(store.commit(changes.reserved("f", until))).isEqualTo(leased("10.8.0.2"));
            assertThat(store.commit(changes.reserved("g", until))).isEqualTo(leased("10.8.0.4"));
            assertThat(store.commit(changes.reserved("h", until))).isEqualTo(new Outcome.PoolExhausted());
            assertThat(store.everLeased("A", address("10.8.0.2"))).isTrue();
            assertThat(store.everLeased("F", address("10.8.0.2"))).isTrue();
        }
    }

    @Test
    default void releasingAgainShouldChangeNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(AddressPools.parse("10.8.0.0/30").orThrow())) {
            enrollAndRelease(store, changes, "Press-1", DAY.plusSeconds(10));
            Device tombstone = device(store, PRESS);
            int events = store.events(PRESS).size();

            assertThat(store.commit(changes.released(PRESS, Incarnation.FIRST, DAY.plusSeconds(99), DAY)))
                    .isEqualTo(DONE);

            assertThat(device(store, PRESS)).isEqualTo(tombstone);
            assertThat(store.events(PRESS)).hasSize(events);
            assertThat(store.commit(changes.reserved("next", DAY.plusSeconds(10))))
                    .isEqualTo(leased("10.8.0.2"));
        }
    }

    @Test
    default void addressOfADeviceInServiceShouldNotBeReleased() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.released(PRESS, Incarnation.FIRST, DAY, DAY)))
                    .isEqualTo(REFUSED);
            enroll(store, changes, "Press-1");
            assertThat(store.commit(changes.released(PRESS, Incarnation.FIRST, DAY, DAY)))
                    .isEqualTo(REFUSED);
            store.commit(changes.suspended(PRESS, 1, DAY));
            assertThat(store.commit(changes.released(PRESS, Incarnation.FIRST, DAY, DAY)))
                    .isEqualTo(REFUSED);
            store.commit(changes.decommissioned(PRESS, 2, DAY));
            assertThat(store.commit(changes.released(PRESS, SECOND, DAY, DAY)))
                    .as("of another life")
                    .isEqualTo(REFUSED);
            assertThat(store.commit(changes.reserved("other", DAY))).isEqualTo(leased("10.8.0.3"));
        }
    }

    @Test
    default void readmittedDeviceShouldInheritNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate old = enrollAndRelease(store, changes, "Press-1", DAY.plusSeconds(100));
            store.commit(changes.attempted(PRESS, certificateKey("tried"), DAY));
            Change.Readmitted readmitted = changes.readmitted(new DeviceId("press-1"), 2, DAY);
            assertThat(store.incarnation(PRESS)).isEqualTo(Incarnation.FIRST);

            assertThat(store.commit(readmitted)).isEqualTo(DONE);

            assertThat(store.find(PRESS)).isEmpty();
            assertThat(store.attempts(PRESS)).isEmpty();
            assertThat(store.incarnation(PRESS)).isEqualTo(SECOND);
            assertThat(store.incarnation(new DeviceId("other"))).isEqualTo(Incarnation.FIRST);
            assertThat(store.certificates(PRESS)).containsExactly(old.withRevocation(Revocation.DUE));
            assertThat(store.intents(PRESS)).hasSize(1);
            assertThat(store.events(PRESS)).endsWith(readmitted.audit());
            assertThat(store.commit(readmitted)).as("again").isEqualTo(REFUSED);

            assertThat(store.commit(changes.reserved("Press-1", DAY)))
                    .as("its first life")
                    .isEqualTo(REFUSED);
            assertThat(store.commit(changes.reserved(PRESS, SECOND, Device.ABSENT, old.key(), peerKey("second"), DAY)))
                    .as("the key of its first life")
                    .isEqualTo(new Outcome.KeyInUse(Outcome.KeyInUse.Key.CERTIFICATE));
            DeviceCertificate current = enroll(store, changes, secondLife(changes, "second"));
            assertThat(device(store, PRESS).incarnation()).isEqualTo(SECOND);
            assertThat(device(store, PRESS).version()).isEqualTo(1);
            assertThat(device(store, PRESS).address()).isEqualTo(address("10.8.0.3"));
            assertThat(store.peers().addresses()).isEqualTo(Map.of("Press-1", address("10.8.0.3")));
            assertThat(store.certificates(PRESS)).containsExactly(old.withRevocation(Revocation.DUE), current);
            assertThat(store.peerKeys(PRESS)).containsExactlyInAnyOrder(peerKey("press-1"), peerKey("second"));

            store.commit(changes.decommissioned(PRESS, 1, DAY));
            store.commit(changes.released(PRESS, SECOND, DAY, DAY));
            store.commit(changes.readmitted(PRESS, 2, DAY));
            assertThat(store.incarnation(PRESS)).isEqualTo(new Incarnation(3));
        }
    }

    @Test
    default void readmissionShouldWaitForTheAddress() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.readmitted(PRESS, Device.ABSENT, DAY)))
                    .isEqualTo(REFUSED);
            enroll(store, changes, "Press-1");
            assertThat(store.commit(changes.readmitted(PRESS, 1, DAY))).isEqualTo(REFUSED);
            store.commit(changes.decommissioned(PRESS, 1, DAY));
            assertThat(store.commit(changes.readmitted(PRESS, 2, DAY)))
                    .as("it still has its address")
                    .isEqualTo(REFUSED);
            store.commit(changes.released(PRESS, Incarnation.FIRST, DAY, DAY));
            assertThat(store.commit(changes.readmitted(PRESS, 1, DAY))).isEqualTo(REFUSED);
            assertThat(store.commit(changes.readmitted(PRESS, 2, DAY))).isEqualTo(DONE);
        }
    }

    @Test
    default void lateCertificateOfAnEarlierLifeShouldNotBotherTheDevice() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved first = changes.reserved("Press-1", DAY);
            store.commit(first);
            store.commit(changes.decommissioned(PRESS, Device.ABSENT, DAY));
            store.commit(changes.released(PRESS, Incarnation.FIRST, DAY, DAY));
            store.commit(changes.readmitted(PRESS, 1, DAY));
            assertThat(store.commit(secondLife(changes, "press-1")))
                    .as("a key that may have been certified in its first life")
                    .isEqualTo(new Outcome.KeyInUse(Outcome.KeyInUse.Key.CERTIFICATE));
            DeviceCertificate current = enroll(store, changes, secondLife(changes, "second"));
            Device device = device(store, PRESS);
            Change.Enrolled late = changes.enrolled(first, DAY);

            assertThat(store.commit(late)).isEqualTo(new Outcome.StoredForRevocation());

            assertThat(device(store, PRESS)).isEqualTo(device);
            assertThat(store.certificates(PRESS))
                    .containsExactly(
                            current,
                            late.certificate().withStanding(Standing.UNUSABLE).withRevocation(Revocation.DUE));
            assertThat(store.commit(changes.seen(current, 1, DAY))).isEqualTo(DONE);
        }
    }

    @Test
    default void certificateOfAnEarlierLifeShouldProveNothing() {
        StoreChanges changes = new StoreChanges(1);
        Instant years = DAY.plus(Duration.ofDays(1000));
        try (DeviceStore store = newStore()) {
            DeviceCertificate old = enroll(store, changes, "Press-1");
            store.commit(changes.decommissioned(PRESS, 1, years));
            store.commit(changes.released(PRESS, Incarnation.FIRST, years, years));
            store.commit(changes.readmitted(PRESS, 2, years));
            DeviceCertificate current = enroll(store, changes, secondLife(changes, "second"));
            assertThat(store.certificates(PRESS)).containsExactly(old, current);

            assertThat(store.commit(changes.seen(old, 1, years))).isEqualTo(REFUSED);
            assertThat(store.commit(changes.peerReplaced(old, 1, peerKey("anew"), years)))
                    .isEqualTo(REFUSED);
            assertThat(store.commit(changes.seen(current, 1, years))).isEqualTo(DONE);
            assertThat(store.certificates(PRESS))
                    .as("only its own life's are superseded")
                    .containsExactly(old, current.withStanding(Standing.CURRENT));
        }
    }

    @Test
    default void importShouldNotBringADeviceBack() {
        StoreChanges changes = new StoreChanges(1);
        Instant until = DAY.plusSeconds(100);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, "Press-1");
            store.commit(changes.decommissioned(PRESS, 1, DAY));
            Change itself = changes.imported(Map.of("press-1", address("10.8.0.2")), Set.of(), DAY);
            assertThat(store.commit(itself)).as("what it still has").isEqualTo(DONE);
            assertThat(store.peers().addresses()).isEmpty();
            assertThat(store.commit(changes.imported(Map.of("x", address("10.8.0.2")), Set.of(), DAY)))
                    .isEqualTo(REFUSED);
            store.commit(changes.released(PRESS, Incarnation.FIRST, until, DAY));

            assertThat(store.commit(itself)).isEqualTo(REFUSED);
            assertThat(store.commit(changes.imported(Map.of("press-1", address("10.8.0.9")), Set.of(), until)))
                    .isEqualTo(REFUSED);
            assertThat(store.peers().addresses()).isEmpty();
        }
    }

    @Test
    default void importShouldWaitForAnAddressThatRests() {
        StoreChanges changes = new StoreChanges(1);
        Instant until = DAY.plusSeconds(100);
        try (DeviceStore store = newStore()) {
            enrollAndRelease(store, changes, "a", until);
            enrollAndRelease(store, changes, "b", until);
            Instant resting = until.minusMillis(1);
            Map<String, TunnelAddress> reserved = Map.of("x", address("10.8.0.2"));
            Set<TunnelAddress> blocked = Set.of(address("10.8.0.3"));
            assertThat(store.commit(changes.imported(reserved, Set.of(), resting)))
                    .isEqualTo(REFUSED);
            assertThat(store.commit(changes.imported(Map.of(), blocked, resting)))
                    .isEqualTo(REFUSED);

            assertThat(store.commit(changes.imported(reserved, blocked, until))).isEqualTo(DONE);

            assertThat(store.peers().addresses()).isEqualTo(reserved);
            assertThat(store.commit(changes.reserved("y", until))).isEqualTo(leased("10.8.0.4"));
        }
    }

    @Test
    default void peerKeysShouldBelongToWhoClaimedThemLast() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Set<PeerKey> asked = Set.of(peerKey("shared"), peerKey("anew"), peerKey("nobody"));
            assertThat(store.peerKeys(PRESS)).isEmpty();
            assertThat(store.peerOwners(asked)).isEmpty();
            assertThat(store.peerOwners(Set.of())).isEmpty();
            Change.Reserved vain =
                    changes.reserved(new DeviceId("Vain"), 0, certificateKey("vain"), peerKey("shared"), DAY);
            store.commit(vain);
            assertThat(store.peerOwners(asked)).isEqualTo(Map.of(peerKey("shared"), new DeviceId("Vain")));
            store.commit(changes.undone(vain, Status.UNSIGNED, DAY));
            assertThat(store.peerKeys(new DeviceId("VAIN")))
                    .as("it may have been told")
                    .containsExactly(peerKey("shared"));

            DeviceCertificate certificate =
                    enroll(store, changes, changes.reserved(PRESS, 0, certificateKey("k"), peerKey("shared"), DAY));
            store.commit(changes.peerReplaced(certificate, 1, peerKey("anew"), DAY));
            assertThat(store.commit(changes.peerReplaced(certificate, 1, peerKey("nobody"), DAY)))
                    .isEqualTo(REFUSED);

            assertThat(store.peerKeys(new DeviceId("Vain"))).isEmpty();
            assertThat(store.peerKeys(new DeviceId("press-1")))
                    .containsExactlyInAnyOrder(peerKey("shared"), peerKey("anew"));
            assertThat(store.peerOwners(asked)).isEqualTo(Map.of(peerKey("shared"), PRESS, peerKey("anew"), PRESS));
        }
    }
}
