package io.provisioningbridge.adapter.jdbc;

import static io.provisioningbridge.adapter.jdbc.StoreFile.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.WorkQueue.Task;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flywaydb.core.Flyway;
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
    void systemsThatAreKeptShouldBeRemembered() {
        Set<Backend> systems = EnumSet.of(Backend.TUNNEL, Backend.PLATFORM);
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            enroll(store, "Pump-1");
            store.keepLanes(systems, NOW);
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            List<Lane> before = store.workQueue().lanes(PUMP);
            assertThat(before).extracting(Lane::backend).containsExactlyElementsOf(systems);

            store.keepLanes(systems, NOW.plusSeconds(1));
            enroll(store, "Pump-2");

            assertThat(store.workQueue().lanes(PUMP)).isEqualTo(before);
            assertThat(store.workQueue().lanes(new DeviceId("Pump-2")))
                    .extracting(Lane::backend)
                    .containsExactlyElementsOf(systems);
        }
    }

    @Test
    void whatDevicesShowToTheUpdateServerShouldBeRemembered() {
        Change.Reserved reserved = changes.reserved("Pump-1", NOW);
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            store.commit(reserved);
            store.commit(StoreChanges.withToken(changes.enrolled(reserved, NOW), new Secret("token")));
            store.commit(changes.connected(PUMP, Incarnation.FIRST, 1, NOW));
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            assertThat(store.targetToken(PUMP).map(Secret::reveal)).contains("token");
            assertThat(store.find(PUMP).orElseThrow().state()).isEqualTo(DeviceState.CONNECTED);
            assertThat(store.certificates(PUMP)).allMatch(DeviceCertificate::atOnce);
        }
    }

    /** A file as the version before systems could be kept or not has left it. */
    @Test
    void fileOfTheFirstVersionShouldKeepEverything() throws Exception {
        List<Object> before;
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            Change.Reserved reserved = changes.reserved("Pump-1", NOW);
            store.commit(reserved);
            store.commit(StoreChanges.confirmedLater(changes.enrolled(reserved, NOW)));
            release(store, "pump-2");
            before = everything(store);
        }
        file.execute(
                "DROP TABLE systems",
                "DROP TABLE target_tokens",
                "ALTER TABLE certificates DROP COLUMN at_once",
                "ALTER TABLE lanes DROP COLUMN verify_at",
                "DELETE FROM schema_history WHERE version = '2'");
        assertThat(shape(file)).as("it is one").isEqualTo(shape(ofTheFirstVersion()));

        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            assertThat(store.certificates(new DeviceId("pump-2")))
                    .as("nobody knows of these, and waits for their confirmation")
                    .noneMatch(DeviceCertificate::atOnce);
            file.execute("UPDATE certificates SET at_once = 1 WHERE device_key = 'pump-2'");
            assertThat(everything(store)).isEqualTo(before);
            enroll(store, "pump-3");
            assertThat(store.workQueue().lanes(new DeviceId("pump-3")))
                    .as("no other systems than there were")
                    .extracting(Lane::backend)
                    .containsExactly(Backend.TUNNEL);

            store.keepLanes(EnumSet.allOf(Backend.class), NOW);

            assertThat(store.workQueue().lanes(PUMP))
                    .extracting(Lane::backend)
                    .containsExactly(Backend.TUNNEL, Backend.UPDATE_SERVER, Backend.PLATFORM);
            assertThat(store.workQueue().lanes(new DeviceId("pump-2")))
                    .extracting(Lane::backend)
                    .containsExactly(Backend.values());
        }
    }

    private StoreFile ofTheFirstVersion() {
        StoreFile first = new StoreFile(directory.resolve("first.db"));
        Flyway.configure()
                .dataSource("jdbc:sqlite:" + first.path(), null, null)
                .loggers("slf4j")
                .locations("classpath:io/provisioningbridge/adapter/jdbc/migration")
                .table("schema_history")
                .placeholders(Map.of("p", "", "counter", "INTEGER PRIMARY KEY AUTOINCREMENT"))
                .target("1")
                .load()
                .migrate();
        return first;
    }

    /** Every column of every table. */
    private static List<String> shape(StoreFile file) {
        return file.query("SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.pk FROM sqlite_master m"
                + " JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1");
    }

    private static List<Object> everything(JdbcDeviceStore store) {
        List<Object> all = new ArrayList<>();
        for (Device device : store.list(DeviceQuery.all(100))) {
            all.add(device);
            all.add(store.certificates(device.id()));
            all.add(store.intents(device.id()));
            all.add(store.events(device.id()));
            all.add(store.workQueue().lanes(device.id()));
            all.add(store.peerKeys(device.id()));
        }
        assertThat(all).hasSizeGreaterThan(10);
        all.add(store.peers());
        all.add(store.identity());
        return all;
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
