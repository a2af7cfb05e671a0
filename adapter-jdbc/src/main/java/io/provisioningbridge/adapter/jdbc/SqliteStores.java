package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;
import org.sqlite.SQLiteDataSource;

/**
 * Opens device stores in SQLite. One process at a time may have one open, and has to see to that itself. What was under way
 * when the last process ended is ended by that: nobody waits for it any more.
 */
public final class SqliteStores {

    private static final Duration LONGEST_COMMIT = Duration.ofSeconds(30);
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;
    private static final int READERS = 4;
    private static final int WRITER_CACHE_KIBIBYTES = 16 * 1024;
    private static final int CHECKPOINT_PAGES = 8_000;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private SqliteStores() {}

    /**
     * A store in a file of its own, made when it does not exist; only its owner may read it. Beside it SQLite keeps files
     * with the suffixes {@code -wal} and {@code -shm}, which belong to it.
     *
     * @param file in a directory that exists, on a local file system
     * @param pools where devices get addresses from; devices keep the ones they have
     * @param random where a new store's identity comes from
     * @throws BackendUnavailableException if it cannot be read or written, or is no such store
     * @throws IllegalStateException if a device has the address of a server in {@code pools}
     */
    public static JdbcDeviceStore open(Path file, AddressPools pools, InstantSource clock, RandomGenerator random) {
        try {
            restrictToOwner(file);
        } catch (IOException e) {
            throw new BackendUnavailableException("the store " + file + " cannot be opened: " + e, Effect.NONE, e);
        }
        SQLiteDataSource source = source(file, config());
        SqliteConnections readers = new SqliteConnections(source, READERS);
        SqliteConnections writer = new SqliteConnections(source(file, writerConfig()), 1);
        Runnable release = () -> {
            close(readers);
            close(writer);
        };
        try {
            return open(file.toString(), source, readers, writer, "", pools, clock, random, release);
        } catch (RuntimeException e) {
            release.run();
            throw e;
        }
    }

    /**
     * A store in a database of somebody else's, in tables of its own. Takes a connection for each read and each group of
     * commits and gives it back; opens and ends its own transactions.
     *
     * @param source of SQLite connections with {@code journal_mode=WAL}, {@code synchronous=FULL} and {@code foreign_keys},
     *     in auto-commit mode, and a busy time-out; stays open when the store is closed
     * @param tablePrefix of all tables: up to 30 of a-z, 0-9 and {@code _}, may be empty
     * @throws BackendUnavailableException if it cannot be read or written
     * @throws IllegalStateException if the connections are not as said, or a device has the address of a server in {@code pools}
     */
    public static JdbcDeviceStore open(
            DataSource source, String tablePrefix, AddressPools pools, InstantSource clock, RandomGenerator random) {
        String prefix = Schema.checkedPrefix(tablePrefix);
        Handle.Source handles = () -> new Handle(source.getConnection(), prefix, Handle::discard);
        return open("in the given database", source, handles, handles, prefix, pools, clock, random, () -> {});
    }

    private static JdbcDeviceStore open(
            String name,
            DataSource source,
            Handle.Source reads,
            Handle.Source writes,
            String tablePrefix,
            AddressPools pools,
            InstantSource clock,
            RandomGenerator random,
            Runnable release) {
        try (Handle handle = writes.open()) {
            requireDurable(handle);
            Schema.migrate(source, tablePrefix);
            handle.execute("BEGIN IMMEDIATE");
            StoreOpening opening = new StoreOpening(handle, pools, clock);
            String identity;
            List<String> warnings;
            try {
                identity = opening.identity(random);
                opening.endOpenIntents();
                opening.endLeasesOfLanes();
                opening.adoptPools();
                warnings = opening.warnings();
                handle.execute("COMMIT");
            } catch (RuntimeException e) {
                handle.execute("ROLLBACK");
                throw e;
            }
            GroupCommitter committer = new GroupCommitter(writes, pools, LONGEST_COMMIT);
            return new JdbcDeviceStore(reads, committer, pools, identity, warnings, release);
        } catch (SqlFailedException | SQLException | FlywayException e) {
            throw StoreFailures.unavailable(name + " cannot be opened", Effect.NONE, e);
        }
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        // Every change is a savepoint, and what SQLite keeps to undo one would otherwise go through a file each time.
        config.setTempStore(TempStore.MEMORY);
        config.setGetGeneratedKeys(false);
        return config;
    }

    /**
     * Fewer page transfers. Keys and hashes are spread over their indexes, so that each enrollment touches pages all over the
     * file: what the writer has read it keeps, since nobody else changes it. And a page that is written to the log many times
     * is copied to the file once in 32 MiB of log, not in 4.
     */
    private static SQLiteConfig writerConfig() {
        SQLiteConfig config = config();
        config.setCacheSize(-WRITER_CACHE_KIBIBYTES);
        config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, String.valueOf(CHECKPOINT_PAGES));
        return config;
    }

    private static SQLiteDataSource source(Path file, SQLiteConfig config) {
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
        return source;
    }

    /** A store that may lose what it acknowledged is none. */
    private static void requireDurable(Handle handle) {
        String journal = pragma(handle, "journal_mode");
        int synchronous = Integer.parseInt(pragma(handle, "synchronous"));
        boolean foreignKeys = pragma(handle, "foreign_keys").equals("1");
        if (!journal.equalsIgnoreCase("wal") || synchronous < 2 || !foreignKeys) {
            throw new IllegalStateException("SQLite connections need journal_mode=WAL (it is " + journal
                    + "), synchronous=FULL (" + synchronous + ", needed 2) and foreign_keys (" + foreignKeys
                    + "); a file system without shared memory, such as NFS, cannot hold the store");
        }
    }

    private static String pragma(Handle handle, String name) {
        return handle.sql("PRAGMA " + name).findOne(row -> row.getString(name)).orElseThrow();
    }

    /** SQLite gives the files beside the database its permissions. */
    private static void restrictToOwner(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException e) {
            for (String suffix : List.of("", "-wal", "-shm")) {
                Path each = file.resolveSibling(file.getFileName() + suffix);
                if (Files.exists(each)) {
                    Files.setPosixFilePermissions(each, OWNER_ONLY);
                }
            }
        }
    }

    private static void close(SqliteConnections connections) {
        try {
            connections.close();
        } catch (SQLException e) {
            throw StoreFailures.unavailable("cannot be closed", Effect.NONE, e);
        }
    }
}
