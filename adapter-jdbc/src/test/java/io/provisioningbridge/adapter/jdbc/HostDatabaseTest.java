package io.provisioningbridge.adapter.jdbc;

import static io.provisioningbridge.adapter.jdbc.StoreFile.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The store in tables of its own beside somebody else's. */
final class HostDatabaseTest {

    private static final AddressPools POOLS = AddressPools.parse("10.8.0.0/16").orThrow();

    private final StoreChanges changes = new StoreChanges(1);

    @TempDir
    private Path directory;

    private StoreFile file;

    @BeforeEach
    void nameFile() {
        file = new StoreFile(directory.resolve("host.db"));
    }

    @Test
    void storesShouldLiveBesideTheHostsTables() throws Exception {
        file.execute(
                "PRAGMA journal_mode=WAL", "CREATE TABLE devices (theirs TEXT)", "INSERT INTO devices VALUES ('x')");
        DataSource source = durable(1_000_000);
        try (JdbcDeviceStore one = open(source, "bridge_");
                JdbcDeviceStore two = open(source, "b2_")) {
            one.commit(changes.reserved("pump", NOW));
            assertThat(one.intents(new DeviceId("pump"))).hasSize(1);
            assertThat(two.intents(new DeviceId("pump"))).isEmpty();
            assertThat(one.identity()).isNotEqualTo(two.identity());
        }
        open(source, "bridge_").close();
        assertThat(file.query("SELECT theirs FROM devices")).containsExactly("x");
        assertThat(file.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                        + " AND name NOT LIKE 'bridge@_%' ESCAPE '@' AND name NOT LIKE 'b2@_%' ESCAPE '@'"))
                .as("tables without a prefix")
                .containsExactly("devices");
    }

    @Test
    void prefixShouldBeAPlainWord() {
        assertThatThrownBy(() -> open(durable(1_000_000), "x; DROP TABLE y; --"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void connectionsThatMayLoseCommitsShouldBeRefused() {
        SQLiteConfig config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file.path());
        assertThatThrownBy(() -> open(source, ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("synchronous=FULL (1, needed 2)");
    }

    @Test
    void fullDatabaseShouldBeUnavailableUntilThereIsRoom() throws Exception {
        DataSource roomy = durable(1_000_000);
        open(roomy, "").close();
        long pages = Long.parseLong(file.query("PRAGMA page_count").get(0));
        List<String> stored = new ArrayList<>();
        try (JdbcDeviceStore store = open(durable(pages + 20), "")) {
            BackendUnavailableException full = null;
            for (int i = 0; full == null; i++) {
                try {
                    assertThat(store.commit(changes.reserved("pump-" + i, NOW))).isInstanceOf(Outcome.Leased.class);
                    stored.add("pump-" + i);
                } catch (BackendUnavailableException e) {
                    full = e;
                }
            }
            assertThat(full).hasMessageContaining("full");
            assertThat(full.effect()).isEqualTo(Effect.NONE);
            assertThat(store.intents(new DeviceId(stored.get(0))))
                    .as("reading goes on")
                    .hasSize(1);
            assertThat(store.commit(new Change.Undone(
                            store.intents(new DeviceId(stored.get(0))).get(0).id(),
                            IssuanceIntent.Status.UNSIGNED,
                            changes.reserved(stored.get(0), NOW).audit())))
                    .as("what needs no room goes on")
                    .isEqualTo(new Outcome.Committed());
        }
        assertThat(stored).hasSizeGreaterThan(10);
        try (JdbcDeviceStore store = open(roomy, "")) {
            assertThat(store.commit(changes.reserved("after", NOW))).isInstanceOf(Outcome.Leased.class);
            stored.forEach(id -> assertThat(store.intents(new DeviceId(id))).hasSize(1));
        }
        assertThat(file.query("PRAGMA integrity_check")).containsExactly("ok");
        file.requireEveryAddressOnce(POOLS);
    }

    private static JdbcDeviceStore open(DataSource source, String prefix) {
        return SqliteStores.open(source, prefix, POOLS, InstantSource.fixed(NOW), new Random(prefix.hashCode()));
    }

    private DataSource durable(long pages) {
        SQLiteConfig config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        config.setMaxPageCount(Math.toIntExact(pages));
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file.path());
        return source;
    }
}
