package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link DeviceStoreContract} about tunnel addresses: the lowest one of the first pool that has any is leased,
 * so that what was freed is used again before what never was used.
 */
public interface AddressesInStore {

    Instant START = Instant.parse("2026-03-01T12:00:00Z");
    Instant ALL_EXPIRED = START.plus(StoreChanges.INTENT_LIFE);

    /** A new, empty store; the contract closes it. */
    DeviceStore newStore(AddressPools pools);

    @Test
    default void poolShouldBeFilledToItsLastAddressAndNoFurther() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            for (int i = 2; i <= 254; i++) {
                assertThat(lease(store, changes, "pump-" + i)).isEqualTo(address("10.8.0." + i));
            }

            assertThat(store.commit(changes.reserved("one-too-many", START))).isEqualTo(new Outcome.PoolExhausted());

            assertThat(store.intents(new DeviceId("one-too-many"))).isEmpty();
            assertThat(store.events(new DeviceId("one-too-many"))).isEmpty();
        }
    }

    @Test
    default void deviceWithAnAddressShouldNotNeedOneFromAFullPool() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/30"))) {
            enroll(store, changes, "pump");
            assertThat(store.commit(changes.reserved("other", START))).isEqualTo(new Outcome.PoolExhausted());
            assertThat(store.commit(changes.reserved(
                            new DeviceId("pump"),
                            1,
                            StoreChanges.certificateKey("pump"),
                            StoreChanges.peerKey("pump"),
                            START)))
                    .isEqualTo(new Outcome.Leased(address("10.8.0.2")));
        }
    }

    @Test
    default void poolsShouldBeFilledInTheirOrder() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.9.0.0/30,10.8.0.0/30,11.0.0.0/8"))) {
            assertThat(lease(store, changes, "a")).isEqualTo(address("10.9.0.2"));
            Change.Reserved second = changes.reserved("b", START);
            store.commit(second);
            assertThat(lease(store, changes, "c")).isEqualTo(address("11.0.0.2"));
            store.commit(changes.undone(second, Status.UNSIGNED, START));
            assertThat(lease(store, changes, "d")).isEqualTo(address("10.8.0.2"));
            assertThat(lease(store, changes, "e")).isEqualTo(address("11.0.0.3"));
        }
    }

    @Test
    default void freedAddressesShouldBeLeasedFirstAndLowestFirst() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            List<Change.Reserved> reserved = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                reserved.add(changes.reserved("pump-" + i, START));
                store.commit(reserved.get(i));
            }
            store.commit(changes.undone(reserved.get(4), Status.UNCERTAIN, START));
            store.commit(changes.rejected(reserved.get(1), START));
            store.commit(changes.undone(reserved.get(2), Status.UNSIGNED, START));

            assertThat(lease(store, changes, "a")).isEqualTo(address("10.8.0.3"));
            assertThat(lease(store, changes, "b")).isEqualTo(address("10.8.0.4"));
            assertThat(lease(store, changes, "c")).isEqualTo(address("10.8.0.6"));
            assertThat(lease(store, changes, "d")).isEqualTo(address("10.8.0.8"));
        }
    }

    @Test
    default void failedAttemptsShouldLeaveThePoolAsItWas() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/29"))) {
            for (int i = 0; i < 1000; i++) {
                Change.Reserved reserved = changes.reserved("pump-" + i % 40, START);
                assertThat(store.commit(reserved)).isEqualTo(new Outcome.Leased(address("10.8.0.2")));
                store.commit(changes.undone(reserved, i % 2 == 0 ? Status.UNSIGNED : Status.UNCERTAIN, START));
            }
            for (int i = 2; i <= 6; i++) {
                assertThat(lease(store, changes, "good-" + i)).isEqualTo(address("10.8.0." + i));
            }
        }
    }

    @Test
    default void expiredReservationsShouldBeReclaimedBeforeThePoolIsExhausted() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/30,10.8.1.0/30"))) {
            store.commit(changes.reserved("later", START.plusSeconds(1)));
            store.commit(changes.reserved("sooner", START));
            assertThat(store.commit(changes.reserved("new", ALL_EXPIRED.minusMillis(1))))
                    .isEqualTo(new Outcome.PoolExhausted());

            assertThat(store.commit(changes.reserved("new", ALL_EXPIRED.plusSeconds(1))))
                    .as("the address of the one that expired first")
                    .isEqualTo(new Outcome.Leased(address("10.8.1.2")));

            assertThat(store.intents(new DeviceId("sooner")).get(0).status()).isEqualTo(Status.UNCERTAIN);
            assertThat(store.intents(new DeviceId("later")).get(0).status()).isEqualTo(Status.OPEN);
        }
    }

    @Test
    default void hugePoolShouldSkipWhatIsReservedOrUnassignable() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.0.0.0/8"))) {
            assertThat(store.commit(changes.imported(
                            Map.of(
                                    "a", address("10.0.0.3"),
                                    "b", address("10.0.0.4"),
                                    "c", address("10.255.255.254"),
                                    "d", address("10.7.0.1")),
                            Set.of(address("10.0.0.6"), address("192.168.0.1")),
                            START)))
                    .isEqualTo(new Outcome.Committed());
            assertThat(lease(store, changes, "x")).isEqualTo(address("10.0.0.2"));
            assertThat(lease(store, changes, "y")).isEqualTo(address("10.0.0.5"));
            assertThat(lease(store, changes, "z")).isEqualTo(address("10.0.0.7"));
            assertThat(lease(store, changes, "C")).isEqualTo(address("10.255.255.254"));
        }
    }

    @Test
    default void importedAddressesShouldStandInThePeersAndEnrollNobody() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            Map<String, TunnelAddress> reserved =
                    Map.of("Pump-1", address("10.8.0.9"), "no device id!", address("172.16.0.1"));
            long revision = store.peersRevision();

            store.commit(changes.imported(reserved, Set.of(), START));

            assertThat(store.peers().addresses()).isEqualTo(reserved);
            assertThat(store.peersRevision()).isGreaterThan(revision);
            assertThat(store.find(new DeviceId("Pump-1"))).isEmpty();
            assertThat(store.everLeased("NO DEVICE ID!", address("172.16.0.1"))).isTrue();
            assertThat(store.everLeased("pump-1", address("10.8.0.9"))).isTrue();
            assertThat(store.everLeased("pump-1", address("172.16.0.1"))).isFalse();
        }
    }

    @Test
    default void importedAddressShouldBeTakenByItsDevice() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            store.commit(changes.imported(
                    Map.of("Pump-1", address("10.8.0.9"), "pump-2", address("172.16.0.1")), Set.of(), START));
            Change.Reserved vain = changes.reserved("pump-1", START);
            assertThat(store.commit(vain)).isEqualTo(new Outcome.Leased(address("10.8.0.9")));
            store.commit(changes.undone(vain, Status.UNSIGNED, START));
            assertThat(store.peers().addresses())
                    .as("the reservation stays one")
                    .containsEntry("Pump-1", address("10.8.0.9"));

            enroll(store, changes, "pump-1");
            assertThat(store.peers().addresses())
                    .as("in the spelling of enrollment")
                    .isEqualTo(Map.of("pump-1", address("10.8.0.9"), "pump-2", address("172.16.0.1")));

            long revision = store.peersRevision();
            enroll(store, changes, "pump-2");
            assertThat(store.find(new DeviceId("pump-2")).orElseThrow().address())
                    .isEqualTo(address("172.16.0.1"));
            assertThat(store.peersRevision())
                    .as("the tunnel server should know one more")
                    .isGreaterThan(revision);
        }
    }

    @Test
    default void repeatedImportShouldBeHarmless() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            Change imported = changes.imported(
                    Map.of("a", address("10.8.0.2"), "b", address("10.8.0.3")), Set.of(address("10.8.0.4")), START);
            store.commit(imported);
            PeerSnapshot peers = store.peers();
            assertThat(store.commit(imported)).isEqualTo(new Outcome.Committed());
            assertThat(store.peers()).isEqualTo(peers);

            enroll(store, changes, "a");
            long revision = store.peersRevision();
            assertThat(store.commit(imported)).isEqualTo(new Outcome.Committed());
            assertThat(store.peers()).isEqualTo(PeerSnapshot.of(revision, peers.addresses()));
            assertThat(lease(store, changes, "c")).isEqualTo(address("10.8.0.5"));
        }
    }

    @Test
    default void importShouldTakeNothingWhenAnythingCollides() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            enroll(store, changes, "pump");
            store.commit(changes.imported(Map.of("known", address("10.8.0.7")), Set.of(address("10.8.0.8")), START));
            PeerSnapshot peers = store.peers();
            TunnelAddress free = address("10.8.0.3");

            List<Change> colliding = List.of(
                    changes.imported(Map.of("a", free, "b", address("10.8.0.2")), Set.of(), START),
                    changes.imported(Map.of("a", free, "PUMP", address("10.8.0.4")), Set.of(), START),
                    changes.imported(Map.of("a", free, "known", address("10.8.0.4")), Set.of(), START),
                    changes.imported(Map.of("a", free, "b", address("10.8.0.7")), Set.of(), START),
                    changes.imported(Map.of("a", free, "b", address("10.8.0.8")), Set.of(), START),
                    changes.imported(Map.of("a", free, "b", address("10.8.0.1")), Set.of(), START),
                    changes.imported(Map.of("a", free, "b", free), Set.of(), START),
                    changes.imported(Map.of("a", free, "A", address("10.8.0.4")), Set.of(), START),
                    changes.imported(Map.of("a", free), Set.of(free), START),
                    changes.imported(Map.of("a", free), Set.of(address("10.8.0.2")), START),
                    changes.imported(Map.of("a", free), Set.of(address("10.8.0.7")), START));

            for (Change change : colliding) {
                assertThat(store.commit(change)).as(change.toString()).isEqualTo(new Outcome.Conflict());
                assertThat(store.peers()).isEqualTo(peers);
            }
            assertThat(lease(store, changes, "next")).isEqualTo(free);
        }
    }

    @Test
    default void importShouldCollideWithOpenIntentsAndNotWithExpiredOnes() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            store.commit(changes.reserved("pump", START));
            Map<String, TunnelAddress> mine = Map.of("other", address("10.8.0.2"), "pump", address("10.8.0.3"));
            assertThat(store.commit(changes.imported(mine, Set.of(), START))).isEqualTo(new Outcome.Conflict());
            assertThat(store.intents(new DeviceId("pump")).get(0).status()).isEqualTo(Status.OPEN);

            assertThat(store.commit(changes.imported(mine, Set.of(), ALL_EXPIRED)))
                    .isEqualTo(new Outcome.Committed());
            assertThat(store.peers().addresses()).isEqualTo(mine);
            assertThat(store.intents(new DeviceId("pump")).get(0).status()).isEqualTo(Status.UNCERTAIN);
        }
    }

    @Test
    default void importOfWhatAnOpenIntentWasPromisedShouldOutliveTheIntent() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            Change.Reserved reserved = changes.reserved("pump", START);
            store.commit(reserved);
            assertThat(store.commit(changes.imported(Map.of("pump", address("10.8.0.2")), Set.of(), START)))
                    .isEqualTo(new Outcome.Committed());
            store.commit(changes.undone(reserved, Status.UNSIGNED, START));
            assertThat(store.peers().addresses()).isEqualTo(Map.of("pump", address("10.8.0.2")));
            assertThat(lease(store, changes, "other")).isEqualTo(address("10.8.0.3"));
        }
    }

    @Test
    default void peersShouldChangeExactlyWhenAddressesDo() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            long revision = store.peersRevision();
            Change.Reserved reserved = changes.reserved("pump", START);
            store.commit(reserved);
            assertThat(store.peersRevision()).isEqualTo(revision);
            store.commit(changes.enrolled(reserved, START));
            assertThat(store.peersRevision()).isGreaterThan(revision);
            assertThat(store.peers())
                    .isEqualTo(PeerSnapshot.of(store.peersRevision(), Map.of("pump", address("10.8.0.2"))));

            revision = store.peersRevision();
            Change.Reserved vain = changes.reserved("vain", START);
            store.commit(vain);
            store.commit(changes.undone(vain, Status.UNSIGNED, START));
            assertThat(store.peersRevision()).isEqualTo(revision);
        }
    }

    @Test
    default void everLeasedShouldRememberAlsoWhatWasGivenBack() {
        StoreChanges changes = new StoreChanges(1);
        try (DeviceStore store = newStore(pools("10.8.0.0/24"))) {
            Change.Reserved vain = changes.reserved("Vain", START);
            store.commit(vain);
            store.commit(changes.undone(vain, Status.UNSIGNED, START));
            enroll(store, changes, "pump");

            assertThat(store.everLeased("PUMP", address("10.8.0.2"))).isTrue();
            assertThat(store.everLeased("vain", address("10.8.0.2"))).isTrue();
            assertThat(store.everLeased("pump", address("10.8.0.3"))).isFalse();
            assertThat(store.everLeased("nobody", address("10.8.0.2"))).isFalse();
        }
    }

    private static TunnelAddress lease(DeviceStore store, StoreChanges changes, String device) {
        Outcome outcome = store.commit(changes.reserved(device, START));
        assertThat(outcome).as(device).isInstanceOf(Outcome.Leased.class);
        return ((Outcome.Leased) outcome).address();
    }

    private static void enroll(DeviceStore store, StoreChanges changes, String device) {
        Change.Reserved reserved = changes.reserved(device, START);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        assertThat(store.commit(changes.enrolled(reserved, START))).isEqualTo(new Outcome.Committed());
    }

    private static AddressPools pools(String text) {
        return AddressPools.parse(text).orThrow();
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }
}
