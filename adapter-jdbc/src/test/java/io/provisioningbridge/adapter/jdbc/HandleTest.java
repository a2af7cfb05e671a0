package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class HandleTest {

    private static final String INSERT = "INSERT INTO <p>numbers VALUES (:n, :text)";

    @TempDir
    private Path directory;

    private SQLiteDataSource source = new SQLiteDataSource();
    private SqliteConnections connections = new SqliteConnections(source, 1);

    @BeforeEach
    void open() throws SQLException {
        source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + directory.resolve("db"));
        connections = new SqliteConnections(source, 1);
        try (Handle handle = connections.open()) {
            handle.execute("CREATE TABLE <p>numbers (n INTEGER PRIMARY KEY, text TEXT NOT NULL)");
        }
    }

    @AfterEach
    void close() throws SQLException {
        connections.close();
    }

    private static int insert(Handle handle, int number) {
        return handle.sql(INSERT).bind("n", number).bind("text", "t" + number).execute();
    }

    @Test
    void theSameSqlShouldBePreparedOnce() throws SQLException {
        Sql first;
        try (Handle handle = connections.open()) {
            insert(handle, 1);
            first = handle.sql(INSERT);
        }
        try (Handle handle = connections.open()) {
            insert(handle, 2);
            assertThat(handle.sql(INSERT)).isSameAs(first);
        }
    }

    @Test
    void aNameShouldStandForItsValueWhereverItIs() throws SQLException {
        try (Handle handle = connections.open()) {
            insert(handle, 1);
            insert(handle, 2);
            insert(handle, 3);

            assertThat(handle.sql("SELECT n FROM <p>numbers WHERE n >= :low AND (text = :text OR n > :low) ORDER BY n")
                            .bind("text", "t1")
                            .bind("low", 1)
                            .list(row -> row.getInt("n")))
                    .containsExactly(1, 2, 3);
            assertThat(handle.sql("SELECT text FROM <p>numbers WHERE n > :n ORDER BY n DESC")
                            .bind("n", 1)
                            .findOne(row -> row.getString("text")))
                    .contains("t3");
            assertThat(handle.sql("SELECT 1 FROM <p>numbers WHERE n = :n")
                            .bind("n", 4)
                            .exists())
                    .isFalse();
        }
    }

    @Test
    void aColumnThatIsNotThereShouldBeNamed() throws SQLException {
        try (Handle handle = connections.open()) {
            insert(handle, 1);

            assertThatThrownBy(() -> handle.sql("SELECT n, text AS words FROM <p>numbers")
                            .findOne(row -> row.getString("text")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no column text");
            assertThat(handle.sql("SELECT n, text AS words FROM <p>numbers").findOne(row -> row.getString("words")))
                    .contains("t1");
        }
    }

    @Test
    void aStatementShouldNotRunWithValuesOfItsLastUse() throws SQLException {
        try (Handle handle = connections.open()) {
            insert(handle, 1);

            assertThatThrownBy(() -> handle.sql(INSERT).bind("n", 2).execute())
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> handle.sql(INSERT).bind("m", 2)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aStatementThatFailedShouldWorkAgain() throws SQLException {
        try (Handle handle = connections.open()) {
            insert(handle, 1);
            assertThatThrownBy(() -> insert(handle, 1))
                    .isInstanceOf(SqlFailedException.class)
                    .hasMessageContaining("UNIQUE")
                    .hasMessageContaining("INSERT INTO numbers")
                    .hasCauseInstanceOf(SQLException.class);

            assertThat(insert(handle, 2)).isEqualTo(1);
            assertThatThrownBy(() -> handle.sql("SELECT nothing")).isInstanceOf(SqlFailedException.class);
        }
    }

    @Test
    void aRowThatCannotBeReadShouldNotKeepTheStatementBusy() throws SQLException {
        try (Handle handle = connections.open()) {
            insert(handle, 1);
            Sql all = handle.sql("SELECT text FROM <p>numbers");

            assertThatThrownBy(() -> all.list(row -> Integer.valueOf(row.getString("text"))))
                    .isInstanceOf(NumberFormatException.class);
            handle.execute("DROP TABLE <p>numbers");
        }
    }

    @Test
    void whatIsWrittenOutsideATransactionShouldBeThereForOthersAtOnce() throws SQLException {
        try (Handle handle = connections.open();
                Handle other = new Handle(source.getConnection(), "", Handle::discard)) {
            insert(handle, 1);
            assertThat(other.sql("SELECT 1 FROM numbers").exists()).isTrue();
        }
    }

    @Test
    void aTransactionShouldEndOnlyWhenItIsToldTo() throws SQLException {
        try (Handle handle = connections.open();
                Handle other = new Handle(source.getConnection(), "", Handle::discard)) {
            handle.execute("BEGIN IMMEDIATE");
            insert(handle, 1);
            assertThat(handle.sql("SELECT 1 FROM numbers WHERE n = 2").exists()).isFalse();
            assertThat(other.sql("SELECT 1 FROM numbers").exists()).isFalse();
            handle.execute("ROLLBACK");
            assertThat(handle.sql("SELECT 1 FROM numbers").exists()).isFalse();
        }
    }

    @Test
    void aDiscardedConnectionShouldBeReplaced() throws SQLException {
        Handle first = connections.open();
        first.discard();
        first.close();
        try (Handle second = connections.open()) {
            assertThat(second).isNotSameAs(first);
            assertThat(insert(second, 1)).isEqualTo(1);
        }
    }
}
