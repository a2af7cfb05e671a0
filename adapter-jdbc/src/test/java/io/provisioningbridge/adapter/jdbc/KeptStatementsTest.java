package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class KeptStatementsTest {

    @TempDir
    private Path directory;

    private final List<PreparedStatement> used = new ArrayList<>();
    private SqliteConnections connections = new SqliteConnections(new SQLiteDataSource(), 1);
    private Jdbi jdbi = Jdbi.create(connections);

    @BeforeEach
    void open() {
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + directory.resolve("db"));
        connections = new SqliteConnections(source, 1);
        jdbi = Jdbi.create(connections).setStatementBuilderFactory(connections).define("p", "t_");
        jdbi.useHandle(handle -> handle.execute("CREATE TABLE <p>numbers (n INTEGER PRIMARY KEY)"));
        jdbi.setSqlLogger(new SqlLogger() {
            @Override
            public void logAfterExecution(StatementContext context) {
                used.add(context.getStatement());
            }
        });
    }

    @AfterEach
    void close() throws SQLException {
        connections.close();
    }

    private static void insert(Handle handle, int number) {
        handle.createUpdate("INSERT INTO <p>numbers VALUES (:n)")
                .bind("n", number)
                .execute();
    }

    @Test
    void theSameSqlShouldBePreparedOnce() {
        jdbi.useHandle(handle -> insert(handle, 1));
        jdbi.useHandle(handle -> insert(handle, 2));

        assertThat(used).hasSize(2);
        assertThat(used.get(0)).isSameAs(used.get(1));
    }

    @Test
    void aStatementInUseShouldNotBeLentTwice() {
        jdbi.useHandle(handle -> {
            insert(handle, 1);
            insert(handle, 2);
            String all = "SELECT n FROM <p>numbers ORDER BY n";

            handle.createQuery(all).mapTo(Integer.class).useIterator(outer -> {
                assertThat(outer.next()).isEqualTo(1);
                assertThat(handle.createQuery(all).mapTo(Integer.class).list()).containsExactly(1, 2);
                assertThat(outer.next()).isEqualTo(2);
            });
        });
    }

    @Test
    void aStatementThatFailedShouldWorkAgain() {
        jdbi.useHandle(handle -> {
            insert(handle, 1);
            assertThatThrownBy(() -> insert(handle, 1)).isInstanceOf(JdbiException.class);
            insert(handle, 2);

            assertThat(handle.createQuery("SELECT COUNT(*) FROM <p>numbers")
                            .mapTo(Integer.class)
                            .one())
                    .isEqualTo(2);
        });
    }

    @Test
    void aNewConnectionShouldNotGetTheStatementsOfAClosedOne() throws SQLException {
        jdbi.useHandle(handle -> {
            insert(handle, 1);
            handle.getConnection().close();
        });
        jdbi.useHandle(handle -> insert(handle, 2));

        assertThat(used.get(0)).isNotSameAs(used.get(1));
    }
}
