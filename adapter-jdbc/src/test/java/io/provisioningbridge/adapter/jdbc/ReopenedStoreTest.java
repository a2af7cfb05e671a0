package io.provisioningbridge.adapter.jdbc;

import static io.provisioningbridge.adapter.jdbc.StoreFile.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.WorkQueue.Task;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store makes of lanes, tombstones and resting addresses when it is opened again. */
final class ReopenedStoreTest {

    private static final DeviceId PUMP = new DeviceId("Pump-1");
    private static final Instant RESTED = NOW.plusSeconds(100);

    private final StoreChanges changes = new StoreChanges(1);

    @TempDir
    private Path directory;

    private StoreFile file;

    @BeforeEach
    void nameFile() {
        file = new StoreFile(directory.resolve("store.db"));
    }

    @Test
    void leasesOfLanesShouldEndWhenTheStoreIsOpened() {
        Task first;
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            enroll(store, "Pump-1");
            first = lease(store).get(0);
            assertThat(lease(store)).isEmpty();
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            Task second = lease(store).get(0);
            assertThat(second.lane()).isEqualTo(first.lane());
            assertThat(second.fence()).isGreaterThan(first.fence());
            assertThat(second.takenOver())
                    .as("what the last process had begun may still go on elsewhere")
                    .isTrue();
        }
    }

    @Test
    void tombstoneOfAnIntentShouldKeepItsAddress() {
        Change.Reserved reserved = changes.reserved("Pump-1", NOW);
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            store.commit(reserved);
            assertThat(store.commit(changes.decommissioned(PUMP, Device.ABSENT, NOW)))
                    .isEqualTo(new Outcome.Committed());
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            assertThat(store.find(PUMP).orElseThrow().state()).isEqualTo(DeviceState.DECOMMISSIONED);
            assertThat(store.events(PUMP)).as("nothing more ended").hasSize(2);
            assertThat(store.commit(changes.enrolled(reserved, NOW))).isEqualTo(new Outcome.StoredForRevocation());
            assertThat(enroll(store, "other")).isEqualTo(address("10.8.0.3"));
            assertThat(store.peers().addresses()).containsOnlyKeys("other");
            file.requireEveryAddressOnce(AddressPools.parse("10.8.0.0/24").orThrow());
        }
    }

    @Test
    void restingAddressesShouldBeGivenOnlyFromPresentPools() {
        try (JdbcDeviceStore store = file.open("10.8.0.0/30")) {
            release(store, "Pump-1");
        }
        try (JdbcDeviceStore store = file.open("10.9.0.0/30")) {
            assertThat(store.openWarnings()).as("nobody has it").isEmpty();
            release(store, "pump-2");
            assertThat(store.commit(changes.reserved("a", RESTED))).isEqualTo(leased("10.9.0.2"));
            assertThat(store.commit(changes.reserved("b", RESTED))).isEqualTo(new Outcome.PoolExhausted());
            file.requireEveryAddressOnce(AddressPools.parse("10.9.0.0/30").orThrow());
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/30,10.9.0.0/30")) {
            // The reservation of a ended with the last opening, and its address is a fresh one.
            assertThat(store.commit(changes.reserved("b", RESTED.minusMillis(2))))
                    .isEqualTo(leased("10.9.0.2"));
            assertThat(store.commit(changes.reserved("c", RESTED.minusMillis(1))))
                    .isEqualTo(new Outcome.PoolExhausted());
            assertThat(store.commit(changes.reserved("c", RESTED))).isEqualTo(leased("10.8.0.2"));
            file.requireEveryAddressOnce(
                    AddressPools.parse("10.8.0.0/30,10.9.0.0/30").orThrow());
        }
    }

    @Test
    void addressOfADeviceOutOfServiceMayBecomeAServers() {
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            for (int i = 2; i <= 9; i++) {
                enroll(store, "pump-" + i);
            }
            store.commit(changes.decommissioned(new DeviceId("pump-9"), 1, NOW));
        }
        try (JdbcDeviceStore store = file.open("10.8.0.8/29")) {
            assertThat(enroll(store, "a")).isEqualTo(address("10.8.0.10"));
            assertThat(store.commit(changes.released(new DeviceId("pump-9"), Incarnation.FIRST, NOW, NOW)))
                    .isEqualTo(new Outcome.Committed());
            for (int i = 11; i <= 14; i++) {
                assertThat(enroll(store, "b-" + i)).isEqualTo(address("10.8.0." + i));
            }
            assertThat(store.commit(changes.reserved("c", RESTED)))
                    .as("it is the server's now")
                    .isEqualTo(new Outcome.PoolExhausted());
        }
    }

    @Test
    void leasingShouldReadNoMoreThanItsTurn() throws Exception {
        file.open("10.8.0.0/24").close();
        try (Handle handle = new Handle(file.connect(), "", Handle::discard)) {
            assertThat(handle.sql("EXPLAIN QUERY PLAN SELECT * FROM lanes WHERE " + LaneTable.WAITING
                                    + " ORDER BY next_try, device_key LIMIT 500")
                            .bind("backend", Backend.TUNNEL.name())
                            .bind("now", NOW.toEpochMilli())
                            .list(row -> row.getString("detail")))
                    .containsExactly("SEARCH lanes USING INDEX lanes_waiting (backend=? AND next_try<?)");
        }
    }

    private void release(DeviceStore store, String device) {
        enroll(store, device);
        DeviceId id = new DeviceId(device);
        store.commit(changes.decommissioned(id, 1, NOW));
        assertThat(store.commit(changes.released(id, Incarnation.FIRST, RESTED, NOW)))
                .isEqualTo(new Outcome.Committed());
    }

    private TunnelAddress enroll(DeviceStore store, String device) {
        Change.Reserved reserved = changes.reserved(device, NOW);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        assertThat(store.commit(changes.enrolled(reserved, NOW))).isEqualTo(new Outcome.Committed());
        return store.find(new DeviceId(device)).orElseThrow().address();
    }

    private static List<Task> lease(JdbcDeviceStore store) {
        return store.workQueue().lease(Backend.TUNNEL, 10, NOW, Duration.ofSeconds(30));
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }

    private static Outcome leased(String text) {
        return new Outcome.Leased(address(text));
    }
}
