package io.provisioningbridge.adapter.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Subnet;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A store's file, and a look into it past the store. */
record StoreFile(Path path) {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    JdbcDeviceStore open(String pools) {
        return open(AddressPools.parse(pools).orThrow());
    }

    JdbcDeviceStore open(AddressPools pools) {
        return SqliteStores.open(path, pools, InstantSource.fixed(NOW), new Random(path.hashCode()));
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + path);
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    /** The first column of every row. */
    List<String> query(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** Each address of the pools is either leased or in exactly one free range, and no range touches another. */
    void requireEveryAddressOnce(AddressPools pools) {
        List<long[]> ranges =
                query("SELECT first_address || ' ' || last_address FROM free_ranges ORDER BY first_address").stream()
                        .map(text -> text.split(" ", -1))
                        .map(ends -> new long[] {Long.parseLong(ends[0]), Long.parseLong(ends[1])})
                        .toList();
        long free = 0;
        long end = -1;
        for (long[] range : ranges) {
            assertThat(range[0]).as("merged ranges").isGreaterThan(end + 1);
            assertThat(range[1]).isGreaterThanOrEqualTo(range[0]);
            end = range[1];
            free += range[1] - range[0] + 1;
        }
        long leased = 0;
        for (Subnet subnet : pools.subnets()) {
            String inSubnet = " BETWEEN " + subnet.firstAssignable().number() + " AND "
                    + subnet.lastAssignable().number();
            leased +=
                    query("SELECT address FROM leases WHERE address" + inSubnet).size();
            assertThat(
                            query(
                                    "SELECT address FROM leases JOIN free_ranges ON address BETWEEN first_address AND last_address"))
                    .as("addresses both leased and free")
                    .isEmpty();
        }
        assertThat(free + leased).as("every address of %s", pools).isEqualTo(pools.capacity());
    }
}
