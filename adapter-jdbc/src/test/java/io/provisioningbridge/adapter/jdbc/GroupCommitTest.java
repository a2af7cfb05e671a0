package io.provisioningbridge.adapter.jdbc;

import static io.provisioningbridge.adapter.jdbc.StoreFile.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.testkit.contract.StoreChanges;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** Many callers at once: another connection holds the write lock until all of them wait. */
final class GroupCommitTest {

    private static final AddressPools POOLS = AddressPools.parse("10.8.0.0/24").orThrow();

    private final StoreChanges changes = new StoreChanges(1);
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @TempDir
    private Path directory;

    private StoreFile file;
    private CountingSource source;
    private GroupCommitter committer;

    @BeforeEach
    void openStore() {
        file = new StoreFile(directory.resolve("store.db"));
        file.open(POOLS).close();
        source = new CountingSource(file);
        committer = committer(Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        committer.close();
        callers.shutdownNow();
    }

    private GroupCommitter committer(Duration longestWait) {
        return new GroupCommitter(() -> new Handle(source.getConnection(), "", Handle::discard), POOLS, longestWait);
    }

    @Test
    void waitingChangesShouldShareTransactionsAndFailAlone() throws Exception {
        Change.Reserved contradicted = changes.reserved("contradicted", NOW);
        committer.commit(contradicted);
        file.execute("CREATE TRIGGER culprit BEFORE INSERT ON intents WHEN NEW.device_key = 'culprit'"
                + " BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        int before = source.opened();

        Map<String, CompletableFuture<Outcome>> answers = allAtOnce(() -> {
            Map<String, Change> all = devices(28);
            all.put("culprit", changes.reserved("culprit", NOW));
            all.put(
                    "conflict",
                    changes.reserved(
                            new DeviceId("x"), 7, StoreChanges.certificateKey("x"), StoreChanges.peerKey("x"), NOW));
            all.put(
                    "bug",
                    changes.enrolled(
                            contradicted,
                            changes.enrolled(changes.reserved("other", NOW), NOW)
                                    .certificate(),
                            NOW));
            return all;
        });

        assertThat(failure(take(answers, "culprit")))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("not this one");
        assertThat(failure(take(answers, "bug"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(take(answers, "conflict").join()).isEqualTo(new Outcome.Conflict());
        requireLeased(answers, 28);
        assertThat(source.opened() - before)
                .as("transactions, the decoy's among them")
                .isEqualTo(2);
    }

    @Test
    void changeThatTakesTheTransactionDownShouldFailAlone() throws Exception {
        file.execute("CREATE TRIGGER culprit BEFORE INSERT ON intents WHEN NEW.device_key = 'culprit'"
                + " BEGIN SELECT RAISE(ROLLBACK, 'all of it'); END");

        Map<String, CompletableFuture<Outcome>> answers = allAtOnce(() -> {
            Map<String, Change> all = devices(20);
            all.put("culprit", changes.reserved("culprit", NOW));
            return all;
        });

        assertThat(failure(take(answers, "culprit")))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.effect()).isEqualTo(Effect.NONE))
                .hasMessageContaining("all of it");
        requireLeased(answers, 20);
        file.requireEveryAddressOnce(POOLS);
    }

    @Test
    void failedCommitShouldFailAllOfTheGroupAndLeaveTheStoreUsable() throws Exception {
        // A certificate that names a chain which is not there: found out at COMMIT, since the check is put off till
        // then.
        file.execute(
                "CREATE TABLE strict (chain TEXT REFERENCES chains (chain_hash) DEFERRABLE INITIALLY DEFERRED)",
                "CREATE TRIGGER culprit AFTER INSERT ON intents WHEN NEW.device_key = 'culprit'"
                        + " BEGIN INSERT INTO strict VALUES ('nowhere'); END");
        committer.commit(changes.reserved("first", NOW));

        Map<String, CompletableFuture<Outcome>> answers = allAtOnce(() -> {
            Map<String, Change> all = devices(5);
            all.put("culprit", changes.reserved("culprit", NOW));
            all.put("conflict", changes.reserved("first", NOW));
            return all;
        });

        assertThat(answers.values())
                .hasSize(7)
                .allSatisfy(answer -> assertThat(failure(answer))
                        .isInstanceOf(BackendUnavailableException.class)
                        .hasMessageContaining("could not commit"));
        assertThat(committer.commit(changes.reserved("after", NOW))).isInstanceOf(Outcome.Leased.class);
        assertThat(file.query("SELECT device_key FROM intents ORDER BY seq"))
                .containsExactly("first", "decoy", "after");
        file.requireEveryAddressOnce(POOLS);
    }

    @Test
    void callerShouldNotWaitForEver() throws Exception {
        committer.close();
        committer = committer(Duration.ofMillis(300));
        try (Connection other = file.connect();
                Statement lock = other.createStatement()) {
            lock.execute("BEGIN IMMEDIATE");
            CompletableFuture<Outcome> first = submit(changes.reserved("first", NOW));
            source.awaitOpened(1);
            CompletableFuture<Outcome> second = submit(changes.reserved("second", NOW));

            assertThat(effect(first)).as("it is being written").isEqualTo(Effect.POSSIBLE);
            assertThat(effect(second)).as("nobody began with it").isEqualTo(Effect.NONE);
            lock.execute("ROLLBACK");
        }
        committer.close();
        assertThat(file.query("SELECT device_key FROM intents"))
                .as("the one that might have been written was")
                .containsExactly("first");
    }

    @Test
    void closingShouldWaitForWhatWasTaken() throws Exception {
        Thread closing = new Thread(committer::close);
        CompletableFuture<Outcome> answer;
        try (Connection other = file.connect();
                Statement lock = other.createStatement()) {
            lock.execute("BEGIN IMMEDIATE");
            answer = submit(changes.reserved("taken", NOW));
            source.awaitOpened(1);
            closing.start();
            while (closing.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(answer).isNotDone();
            lock.execute("ROLLBACK");
        }
        closing.join();
        assertThat(answer.join()).isInstanceOf(Outcome.Leased.class);
        assertThatThrownBy(() -> committer.commit(changes.reserved("late", NOW)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("closed");
    }

    private interface Changes {
        Map<String, Change> make();
    }

    /** Answers to changes that were all handed in before any could be written; complete when this returns. */
    private Map<String, CompletableFuture<Outcome>> allAtOnce(Changes toMake) throws Exception {
        Map<String, CompletableFuture<Outcome>> answers = new HashMap<>();
        try (Connection other = file.connect();
                Statement lock = other.createStatement()) {
            lock.execute("BEGIN IMMEDIATE");
            // While the writer waits with this one, the others gather.
            int before = source.opened();
            CompletableFuture<Outcome> unused = submit(changes.reserved("decoy", NOW));
            source.awaitOpened(before + 1);
            List<Thread> threads = new ArrayList<>();
            toMake.make().forEach((name, change) -> {
                CompletableFuture<Outcome> answer = new CompletableFuture<>();
                Thread caller = new Thread(() -> {
                    try {
                        answer.complete(committer.commit(change));
                    } catch (RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                });
                caller.start();
                threads.add(caller);
                answers.put(name, answer);
            });
            // A caller that waits for its answer has handed its change in.
            for (Thread thread : threads) {
                while (thread.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
            }
            lock.execute("ROLLBACK");
        }
        CompletableFuture.allOf(answers.values().toArray(new CompletableFuture<?>[0]))
                .exceptionally(failure -> null)
                .join();
        return answers;
    }

    private CompletableFuture<Outcome> submit(Change change) {
        return CompletableFuture.supplyAsync(() -> committer.commit(change), callers);
    }

    private Map<String, Change> devices(int count) {
        Map<String, Change> all = new HashMap<>();
        for (int i = 0; i < count; i++) {
            all.put("pump-" + i, changes.reserved("pump-" + i, NOW));
        }
        return all;
    }

    private static void requireLeased(Map<String, CompletableFuture<Outcome>> answers, int count) {
        assertThat(answers).hasSize(count);
        assertThat(answers.values().stream().map(CompletableFuture::join).distinct())
                .hasSize(count)
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Leased.class));
    }

    private static CompletableFuture<Outcome> take(Map<String, CompletableFuture<Outcome>> answers, String name) {
        return Objects.requireNonNull(answers.remove(name));
    }

    private static Throwable failure(CompletableFuture<Outcome> answer) {
        try {
            throw new AssertionError("answered: " + answer.join());
        } catch (CompletionException e) {
            return Objects.requireNonNull(e.getCause());
        }
    }

    private static Effect effect(CompletableFuture<Outcome> answer) {
        return ((BackendUnavailableException) failure(answer)).effect();
    }

    /** Gives a new connection each time, and counts them. */
    private static final class CountingSource {

        private final SQLiteDataSource source;
        private int opened;

        CountingSource(StoreFile file) {
            SQLiteConfig config = new SQLiteConfig();
            config.enforceForeignKeys(true);
            config.setBusyTimeout(20_000);
            source = new SQLiteDataSource(config);
            source.setUrl("jdbc:sqlite:" + file.path());
        }

        synchronized Connection getConnection() throws SQLException {
            opened++;
            notifyAll();
            return source.getConnection();
        }

        synchronized int opened() {
            return opened;
        }

        synchronized void awaitOpened(int count) throws InterruptedException {
            while (opened < count) {
                wait();
            }
        }
    }
}
