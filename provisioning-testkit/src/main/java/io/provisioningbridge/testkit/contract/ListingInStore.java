package io.provisioningbridge.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The part of {@link DeviceStoreContract} about listing devices. */
public interface ListingInStore {

    Instant LISTED = Instant.parse("2026-03-01T12:00:00Z");

    /** A new, empty store; the contract closes it. */
    DeviceStore newStore(AddressPools pools);

    /** With these devices. */
    private DeviceStore storeOf(String... devices) {
        DeviceStore store = newStore(AddressPools.parse("10.8.0.0/24").orThrow());
        StoreChanges changes = new StoreChanges(1);
        for (String device : devices) {
            Change.Reserved reserved = changes.reserved(device, LISTED);
            assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
            assertThat(store.commit(changes.enrolled(reserved, LISTED))).isEqualTo(new Outcome.Committed());
        }
        return store;
    }

    @Test
    default void listShouldHaveEveryDeviceInTheOrderOfKeys() {
        try (DeviceStore store = storeOf("ab", "a_1", "A1", "B", "a.1", "a-1", "A")) {
            store.commit(new StoreChanges(2).reserved("never-enrolled", LISTED));

            List<Device> devices = store.list(DeviceQuery.all(100));

            assertThat(ids(devices)).containsExactly("A", "a-1", "a.1", "A1", "a_1", "ab", "B");
            assertThat(devices)
                    .allSatisfy(device -> assertThat(store.find(device.id())).contains(device));
        }
    }

    @Test
    default void listOfAnEmptyStoreShouldBeEmpty() {
        try (DeviceStore store = storeOf()) {
            assertThat(store.list(DeviceQuery.all(1))).isEmpty();
        }
    }

    @Test
    default void pagesShouldAddUpToTheWholeList() {
        try (DeviceStore store = storeOf("e", "D", "c", "B", "a")) {
            List<String> seen = new ArrayList<>();
            String after = "";
            for (int size : new int[] {2, 2, 1, 0}) {
                List<Device> page = store.list(new DeviceQuery(Set.of(), "", after, 2));
                assertThat(page).hasSize(size);
                seen.addAll(ids(page));
                after = page.isEmpty() ? after : page.get(size - 1).id().key();
            }
            assertThat(seen).containsExactly("a", "B", "c", "D", "e");
        }
    }

    @Test
    default void pageShouldBeginAlsoAfterADeviceThatIsNot() {
        try (DeviceStore store = storeOf("a", "c")) {
            assertThat(ids(store.list(new DeviceQuery(Set.of(), "", "b", 10)))).containsExactly("c");
            assertThat(ids(store.list(new DeviceQuery(Set.of(), "", "c", 10)))).isEmpty();
        }
    }

    @Test
    default void listShouldHaveTheStatesAskedFor() {
        try (DeviceStore store = storeOf("a", "b")) {
            assertThat(ids(store.list(new DeviceQuery(Set.of(DeviceState.ENROLLED), "", "", 10))))
                    .containsExactly("a", "b");
            assertThat(ids(store.list(
                            new DeviceQuery(Set.of(DeviceState.SUSPENDED, DeviceState.ENROLLED), "", "a", 10))))
                    .containsExactly("b");
            assertThat(store.list(
                            new DeviceQuery(Set.of(DeviceState.SUSPENDED, DeviceState.DECOMMISSIONED), "", "", 10)))
                    .isEmpty();
        }
    }

    @Test
    default void listShouldFindPartOfAnIdInAnySpelling() {
        try (DeviceStore store = storeOf("Pump-1", "pump_2", "valve-1", "old-PUMP")) {
            assertThat(ids(containing(store, "pump"))).containsExactly("old-PUMP", "Pump-1", "pump_2");
            assertThat(ids(containing(store, "uMP-"))).containsExactly("Pump-1");
            assertThat(ids(containing(store, "VALVE-1"))).containsExactly("valve-1");
            assertThat(ids(store.list(new DeviceQuery(Set.of(), "pump", "old-pump", 1))))
                    .containsExactly("Pump-1");
        }
    }

    @Test
    default void partOfAnIdShouldBeTakenLiterally() {
        try (DeviceStore store = storeOf("Pump-1", "pump_2")) {
            assertThat(ids(containing(store, "p_"))).containsExactly("pump_2");
            for (String nowhere :
                    List.of("%", "p%2", "p?mp", "*", "'", "\\", "pump\u0000", "pump ", "\u212A", "\u0130")) {
                assertThat(containing(store, nowhere)).as(nowhere).isEmpty();
            }
        }
    }

    private static List<Device> containing(DeviceStore store, String part) {
        return store.list(new DeviceQuery(Set.of(), part, "", 10));
    }

    private static List<String> ids(List<Device> devices) {
        return devices.stream().map(device -> device.id().text()).toList();
    }
}
