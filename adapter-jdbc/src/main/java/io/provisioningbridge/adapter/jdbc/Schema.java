package io.provisioningbridge.adapter.jdbc;

import java.util.Map;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the tables to the shape this version works with. */
final class Schema {

    private static final Pattern PREFIX = Pattern.compile("([a-z][a-z0-9_]{0,29})?");

    private Schema() {}

    /** @throws IllegalArgumentException if it is not empty or up to 30 of lower-case letters, digits and {@code _} */
    static String checkedPrefix(String tablePrefix) {
        if (!PREFIX.matcher(tablePrefix).matches()) {
            throw new IllegalArgumentException(
                    "a table prefix is up to 30 of a-z, 0-9 and _, not '" + tablePrefix + "'");
        }
        return tablePrefix;
    }

    /** Running it again is harmless. @throws org.flywaydb.core.api.FlywayException if it cannot be done */
    static void migrate(DataSource source, String tablePrefix) {
        Flyway.configure(Schema.class.getClassLoader())
                .dataSource(source)
                .loggers("slf4j")
                .locations("classpath:io/provisioningbridge/adapter/jdbc/migration")
                .table(tablePrefix + "schema_history")
                .placeholders(Map.of("p", tablePrefix, "counter", "INTEGER PRIMARY KEY AUTOINCREMENT"))
                // Tables of a newer version are not to be written by this one.
                .ignoreMigrationPatterns(new String[0])
                // The host may keep tables of its own beside ours.
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }
}
