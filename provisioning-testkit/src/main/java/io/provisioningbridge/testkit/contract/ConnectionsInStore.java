package io.provisioningbridge.testkit.contract;

import static io.provisioningbridge.testkit.contract.StoreChanges.certificateKey;
import static io.provisioningbridge.testkit.contract.StoreChanges.peerKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The part of {@link DeviceStoreContract} about devices that connect, come back, and show a token to the update server. */
public interface ConnectionsInStore {

    Instant NOON = Instant.parse("2026-03-01T12:00:00.123Z");
    DeviceId LIFT = new DeviceId("Lift-1");
    Incarnation SECOND_LIFE = new Incarnation(2);
    Outcome WRITTEN = new Outcome.Committed();
    Outcome TURNED_DOWN = new Outcome.Conflict();

    /** A new, empty store; the contract closes it. */
    DeviceStore newStore(AddressPools pools);

    private DeviceStore newStore() {
        return newStore(AddressPools.parse("10.8.0.0/24").orThrow());
    }

    private static Device lift(DeviceStore store) {
        return store.find(LIFT).orElseThrow();
    }

    private static String token(DeviceStore store, DeviceId id) {
        return store.targetToken(id).orElseThrow().reveal();
    }

    private static DeviceCertificate enroll(DeviceStore store, StoreChanges changes) {
        Change.Reserved reserved = changes.reserved("Lift-1", NOON);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        Change.Enrolled enrolled = changes.enrolled(reserved, NOON);
        assertThat(store.commit(enrolled)).isEqualTo(WRITTEN);
        return enrolled.certificate();
    }

    /** With keys of that name, and a token. */
    private static void enroll(
            DeviceStore store, StoreChanges changes, Incarnation incarnation, long version, String name, String token) {
        Change.Reserved reserved =
                changes.reserved(LIFT, incarnation, version, certificateKey(name), peerKey(name), NOON);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        assertThat(store.commit(StoreChanges.withToken(changes.enrolled(reserved, NOON), new Secret(token))))
                .isEqualTo(WRITTEN);
    }

    private static void readmit(DeviceStore store, StoreChanges changes) {
        assertThat(store.commit(changes.decommissioned(LIFT, lift(store).version(), NOON)))
                .isEqualTo(WRITTEN);
        assertThat(store.commit(changes.released(LIFT, Incarnation.FIRST, NOON, NOON)))
                .isEqualTo(WRITTEN);
        assertThat(store.commit(changes.readmitted(LIFT, lift(store).version(), NOON)))
                .isEqualTo(WRITTEN);
    }

    @Test
    default void connectedDeviceShouldBeSoFromThenOn() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate certificate = enroll(store, changes);
            Device before = lift(store);
            long revision = store.peersRevision();
            Instant now = NOON.plusSeconds(5);
            Change.Connected connected = changes.connected(new DeviceId("LIFT-1"), Incarnation.FIRST, 1, now);

            assertThat(store.commit(connected)).isEqualTo(WRITTEN);

            assertThat(lift(store)).isEqualTo(before.withState(DeviceState.CONNECTED, now));
            assertThat(store.events(LIFT)).endsWith(connected.audit());
            assertThat(store.certificates(LIFT))
                    .as("it says nothing of a certificate")
                    .containsExactly(certificate);
            assertThat(store.desiredPeers()).hasSize(1);
            assertThat(store.peersRevision()).isEqualTo(revision);
        }
    }

    @Test
    default void connectingAgainShouldChangeNothing() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes);
            store.commit(changes.connected(LIFT, Incarnation.FIRST, 1, NOON));
            Device connected = lift(store);
            int events = store.events(LIFT).size();

            assertThat(store.commit(changes.connected(LIFT, Incarnation.FIRST, 2, NOON.plusSeconds(9))))
                    .isEqualTo(WRITTEN);

            assertThat(lift(store)).isEqualTo(connected);
            assertThat(store.events(LIFT)).hasSize(events);
        }
    }

    @Test
    default void connectionOnOldKnowledgeOrOfSomebodyOutsideShouldConflict() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.connected(LIFT, Incarnation.FIRST, Device.ABSENT, NOON)))
                    .as("no record")
                    .isEqualTo(TURNED_DOWN);
            enroll(store, changes);
            assertThat(store.commit(changes.connected(LIFT, Incarnation.FIRST, 7, NOON)))
                    .isEqualTo(TURNED_DOWN);
            assertThat(store.commit(changes.connected(LIFT, SECOND_LIFE, 1, NOON)))
                    .isEqualTo(TURNED_DOWN);
            store.commit(changes.suspended(LIFT, 1, NOON));
            assertThat(store.commit(changes.connected(LIFT, Incarnation.FIRST, 2, NOON)))
                    .as("suspended")
                    .isEqualTo(TURNED_DOWN);
            store.commit(changes.decommissioned(LIFT, 2, NOON));
            assertThat(store.commit(changes.connected(LIFT, Incarnation.FIRST, 3, NOON)))
                    .as("out of service")
                    .isEqualTo(TURNED_DOWN);
            assertThat(lift(store).state()).isEqualTo(DeviceState.DECOMMISSIONED);
        }
    }

    /** Versions count from 1 in every life: alone they would not tell one from the other. */
    @Test
    default void connectionOfAnEarlierLifeShouldConflict() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes);
            readmit(store, changes);
            enroll(store, changes, SECOND_LIFE, Device.ABSENT, "second", "token");
            assertThat(lift(store).version()).isEqualTo(1);

            assertThat(store.commit(changes.connected(LIFT, Incarnation.FIRST, 1, NOON)))
                    .isEqualTo(TURNED_DOWN);

            assertThat(lift(store).state()).isEqualTo(DeviceState.ENROLLED);
            assertThat(store.commit(changes.connected(LIFT, SECOND_LIFE, 1, NOON)))
                    .isEqualTo(WRITTEN);
        }
    }

    @Test
    default void resumedDeviceShouldHaveToConnectAnew() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes);
            store.commit(changes.connected(LIFT, Incarnation.FIRST, 1, NOON));
            store.commit(changes.suspended(LIFT, 2, NOON));
            store.commit(changes.resumed(LIFT, 3, NOON));

            assertThat(lift(store).state()).isEqualTo(DeviceState.ENROLLED);
        }
    }

    @Test
    default void connectedDeviceShouldStayConnectedWhileItsIdentityChanges() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            DeviceCertificate first = enroll(store, changes);
            store.commit(changes.connected(LIFT, Incarnation.FIRST, 1, NOON));
            assertThat(store.commit(changes.seen(first, 2, NOON))).isEqualTo(WRITTEN);
            enroll(store, changes, Incarnation.FIRST, 3, "renewed", "token");

            assertThat(lift(store).state()).isEqualTo(DeviceState.CONNECTED);
        }
    }

    @Test
    default void returnShouldBeNotedOfDevicesOutOfServiceAlone() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            assertThat(store.commit(changes.cameBack(LIFT, Incarnation.FIRST, NOON)))
                    .as("no record")
                    .isEqualTo(TURNED_DOWN);
            enroll(store, changes);
            assertThat(store.commit(changes.cameBack(LIFT, Incarnation.FIRST, NOON)))
                    .as("in service")
                    .isEqualTo(TURNED_DOWN);
            store.commit(changes.decommissioned(LIFT, 1, NOON));
            assertThat(store.commit(changes.cameBack(LIFT, SECOND_LIFE, NOON))).isEqualTo(TURNED_DOWN);
            Device tombstone = lift(store);
            Change.CameBack cameBack = changes.cameBack(LIFT, Incarnation.FIRST, NOON.plusSeconds(3));

            assertThat(store.commit(cameBack)).isEqualTo(WRITTEN);

            assertThat(store.events(LIFT)).endsWith(cameBack.audit());
            assertThat(lift(store)).isEqualTo(tombstone);
        }
    }

    @Test
    default void latestEventsOfOneKindShouldBeFoundAndCountedByThemselves() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes);
            store.commit(changes.decommissioned(LIFT, 1, NOON));
            for (int second = 1; second <= 5; second++) {
                store.commit(changes.cameBack(LIFT, Incarnation.FIRST, NOON.plusSeconds(second)));
            }

            assertThat(store.latestEvents(LIFT, Action.DEVICE_CAME_BACK, 2))
                    .extracting(AuditEvent::at)
                    .containsExactly(NOON.plusSeconds(4), NOON.plusSeconds(5));
            assertThat(store.latestEvents(new DeviceId(LIFT.key()), Action.DEVICE_CAME_BACK, 1000))
                    .as("in any spelling")
                    .hasSize(5);
            assertThat(store.latestEvents(LIFT, Action.DEVICE_DECOMMISSIONED, 1))
                    .hasSize(1);
            assertThat(store.latestEvents(LIFT, Action.DEVICE_SUSPENDED, 1)).isEmpty();
            assertThat(store.countEvents(LIFT, Action.DEVICE_CAME_BACK, NOON.plusSeconds(2)))
                    .isEqualTo(4);
            assertThat(store.countEvents(LIFT, Action.DEVICE_SUSPENDED, NOON)).isZero();
            assertThat(store.countEvents(new DeviceId("stranger"), Action.DEVICE_CAME_BACK, NOON))
                    .isZero();
        }
    }

    @Test
    default void firstTokenShouldStayADevicesOwn() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            assertThat(store.targetToken(LIFT)).isEmpty();
            enroll(store, changes);
            assertThat(store.targetToken(LIFT)).as("none was given").isEmpty();
            enroll(store, changes, Incarnation.FIRST, 1, "renewed", "first");
            assertThat(token(store, new DeviceId("LIFT-1"))).isEqualTo("first");

            enroll(store, changes, Incarnation.FIRST, 2, "again", "second");

            assertThat(token(store, LIFT)).isEqualTo("first");
        }
    }

    @Test
    default void tokenShouldEndWithTheLifeOfItsDevice() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, Incarnation.FIRST, Device.ABSENT, "first", "old");
            store.commit(changes.suspended(LIFT, 1, NOON));
            assertThat(token(store, LIFT)).as("suspended").isEqualTo("old");

            readmit(store, changes);
            assertThat(store.targetToken(LIFT)).isEmpty();

            enroll(store, changes, SECOND_LIFE, Device.ABSENT, "second", "new");
            assertThat(token(store, LIFT)).isEqualTo("new");
        }
    }

    @Test
    default void tombstoneShouldHaveNoToken() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes, Incarnation.FIRST, Device.ABSENT, "first", "old");
            store.commit(changes.decommissioned(LIFT, 1, NOON));

            assertThat(store.targetToken(LIFT)).isEmpty();
        }
    }

    @Test
    default void lateCertificateShouldBringNoToken() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            Change.Reserved reserved = changes.reserved("Lift-1", NOON);
            store.commit(reserved);
            Change.Enrolled late = changes.enrolled(reserved, NOON.plus(StoreChanges.INTENT_LIFE));

            assertThat(store.commit(StoreChanges.withToken(late, new Secret("late"))))
                    .isEqualTo(new Outcome.StoredForRevocation());

            assertThat(store.targetToken(LIFT)).isEmpty();
        }
    }

    @Test
    default void whetherACertificateCountsAtOnceShouldBeKept() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore()) {
            enroll(store, changes);
            Change.Reserved renewal = changes.reserved(LIFT, 1, certificateKey("renewed"), peerKey("renewed"), NOON);
            store.commit(renewal);
            Change.Enrolled confirmedLater = StoreChanges.confirmedLater(changes.enrolled(renewal, NOON));
            assertThat(store.commit(confirmedLater)).isEqualTo(WRITTEN);
            assertThat(store.certificates(LIFT))
                    .extracting(DeviceCertificate::atOnce)
                    .containsExactly(true, false);

            store.commit(changes.seen(confirmedLater.certificate(), 2, NOON));

            assertThat(store.certificates(LIFT))
                    .as("seen or superseded, it is what it was")
                    .extracting(DeviceCertificate::atOnce)
                    .containsExactly(true, false);
        }
    }
}
