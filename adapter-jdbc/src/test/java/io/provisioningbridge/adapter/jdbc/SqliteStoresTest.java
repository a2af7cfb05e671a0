package io.provisioningbridge.adapter.jdbc;

import static io.provisioningbridge.adapter.jdbc.StoreFile.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoresTest {

    private static final DeviceId PUMP = new DeviceId("Pump-1");

    private final StoreChanges changes = new StoreChanges(1);

    @TempDir
    private Path directory;

    private StoreFile file;

    @BeforeEach
    void nameFile() {
        file = new StoreFile(directory.resolve("store.db"));
    }

    @Test
    void reopenedStoreShouldKnowWhatItKnew() {
        String identity;
        Device device;
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            identity = store.identity();
            enroll(store, "Pump-1");
            device = store.find(PUMP).orElseThrow();
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            assertThat(store.identity()).isEqualTo(identity);
            assertThat(store.find(PUMP)).contains(device);
            assertThat(store.certificates(PUMP)).hasSize(1);
            assertThat(store.peers().addresses()).hasSize(1);
            assertThat(store.openWarnings()).isEmpty();
            assertThat(store.commit(changes.reserved("pump-2", NOW))).isEqualTo(leased("10.8.0.3"));
        }
        assertThat(file.query("SELECT version FROM schema_history WHERE success ORDER BY installed_rank"))
                .as("migrations, each done once")
                .containsExactly("1", "2");
    }

    @Test
    void openIntentsShouldEndWhenTheStoreIsOpened() {
        Change.Reserved reserved = changes.reserved("Pump-1", NOW);
        Change.Reserved imported = changes.reserved("pump-2", NOW);
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            store.commit(changes.imported(Map.of("pump-2", address("10.8.0.7")), Set.of(), NOW));
            store.commit(reserved);
            store.commit(imported);
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            assertThat(store.openIntent(PUMP, NOW)).isEmpty();
            assertThat(store.intents(PUMP)).extracting(IssuanceIntent::status).containsExactly(Status.UNCERTAIN);
            assertThat(store.events(PUMP))
                    .extracting(AuditEvent::action)
                    .containsExactly(AuditEvent.Action.ISSUANCE_STARTED, AuditEvent.Action.ISSUANCE_FAILED);
            file.requireEveryAddressOnce(AddressPools.parse("10.8.0.0/24").orThrow());
            assertThat(store.peers().addresses())
                    .as("a reservation stays one")
                    .isEqualTo(Map.of("pump-2", address("10.8.0.7")));
            assertThat(store.commit(changes.enrolled(reserved, NOW))).isEqualTo(new Outcome.StoredForRevocation());
            assertThat(store.commit(changes.reserved("pump-3", NOW))).isEqualTo(leased("10.8.0.2"));
        }
    }

    @Test
    void devicesShouldKeepTheirAddressesWhenThePoolsChange() {
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            enroll(store, "Pump-1");
            store.commit(changes.imported(Map.of("pump-2", address("10.9.0.3")), Set.of(), NOW));
            assertThat(store.openWarnings()).isEmpty();
        }
        try (JdbcDeviceStore store = file.open("10.9.0.0/29")) {
            assertThat(store.openWarnings()).containsExactly("1 lease lies outside WG_SUBNET and keeps its address");
            assertThat(store.find(PUMP).orElseThrow().address()).isEqualTo(address("10.8.0.2"));
            enroll(store, "a");
            assertThat(enroll(store, "b"))
                    .as("the reservation is not given away")
                    .isEqualTo(address("10.9.0.4"));
            assertThat(enroll(store, "pump-2")).isEqualTo(address("10.9.0.3"));
            file.requireEveryAddressOnce(AddressPools.parse("10.9.0.0/29").orThrow());
        }
        try (JdbcDeviceStore store = file.open("10.8.0.0/24,172.16.0.0/12")) {
            assertThat(store.openWarnings()).containsExactly("3 leases lie outside WG_SUBNET and keep their address");
            assertThat(enroll(store, "c")).isEqualTo(address("10.8.0.3"));
            file.requireEveryAddressOnce(
                    AddressPools.parse("10.8.0.0/24,172.16.0.0/12").orThrow());
        }
    }

    @Test
    void deviceAtAServersAddressShouldStopTheStart() {
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            enroll(store, "Pump-1");
            enroll(store, "pump-2");
            store.commit(changes.imported(Map.of("pump-9", address("10.7.0.1")), Set.of(), NOW));
        }
        assertThatThrownBy(() -> file.open("10.7.0.0/24"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pump-9")
                .hasMessageContaining("10.7.0.1")
                .hasMessageContaining("10.7.0.0/24");
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            assertThat(enroll(store, "pump-3")).isEqualTo(address("10.8.0.4"));
        }
    }

    @Test
    void filesShouldBeTheirOwnersOnly() throws IOException {
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            enroll(store, "Pump-1");
            assertThat(modes()).containsExactly("rw-------", "rw-------", "rw-------");
            for (Path each : files()) {
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-r--r--"));
            }
            try (JdbcDeviceStore again = file.open("10.8.0.0/24")) {
                assertThat(again.find(PUMP)).isPresent();
                assertThat(modes()).containsExactly("rw-------", "rw-------", "rw-------");
            }
        }
    }

    @Test
    void whatIsNoStoreShouldBeNamed() throws IOException {
        Files.writeString(file.path(), "This is a text that somebody put where the database belongs. ".repeat(100));
        assertThatThrownBy(() -> file.open("10.8.0.0/24"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("store.db")
                .hasMessageContaining("not a database");

        StoreFile nowhere = new StoreFile(directory.resolve("absent").resolve("store.db"));
        assertThatThrownBy(() -> nowhere.open("10.8.0.0/24"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("absent");
    }

    @Test
    void brokenFileShouldBeNamed() throws IOException {
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            enroll(store, "Pump-1");
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.path().toFile(), "rw")) {
            byte[] rubbish = new byte[(int) bytes.length() - 4096];
            Arrays.fill(rubbish, (byte) 0xA5);
            bytes.seek(4096);
            bytes.write(rubbish);
        }
        assertThatThrownBy(() -> file.open("10.8.0.0/24"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("store.db")
                .hasMessageContaining("malformed");
    }

    @Test
    void storeOfANewerVersionShouldNotBeTouched() throws Exception {
        file.open("10.8.0.0/24").close();
        file.execute("INSERT INTO schema_history (installed_rank, version, description, type, script, installed_by,"
                + " execution_time, success) VALUES (99, '999', 'from the future', 'SQL', 'V999__x.sql', '', 0, 1)");
        assertThatThrownBy(() -> file.open("10.8.0.0/24"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("999");
    }

    @Test
    void chainShouldBeStoredOnce() {
        try (JdbcDeviceStore store = file.open("10.8.0.0/24")) {
            for (int i = 0; i < 5; i++) {
                enroll(store, "pump-" + i);
            }
            assertThat(store.certificates(new DeviceId("pump-4")).get(0).chainPem())
                    .contains("issuing");
        }
        assertThat(file.query("SELECT pem FROM chains")).hasSize(1);
    }

    private TunnelAddress enroll(DeviceStore store, String device) {
        Change.Reserved reserved = changes.reserved(device, NOW);
        assertThat(store.commit(reserved)).isInstanceOf(Outcome.Leased.class);
        assertThat(store.commit(changes.enrolled(reserved, NOW))).isEqualTo(new Outcome.Committed());
        return store.find(new DeviceId(device)).orElseThrow().address();
    }

    private List<Path> files() {
        return List.of(file.path(), directory.resolve("store.db-wal"), directory.resolve("store.db-shm"));
    }

    private List<String> modes() throws IOException {
        return List.of(mode(files().get(0)), mode(files().get(1)), mode(files().get(2)));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static TunnelAddress address(String text) {
        return TunnelAddress.parse(text).orThrow();
    }

    private static Outcome leased(String text) {
        return new Outcome.Leased(address(text));
    }
}
