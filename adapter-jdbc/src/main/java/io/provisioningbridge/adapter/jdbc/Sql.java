package io.provisioningbridge.adapter.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One SQL statement of a {@link Handle}, prepared: bind every {@code :name} in it, then execute it or read its rows. It can be
 * used again and again, each time with all values, but has to be done before it is used anew. Whatever the database refuses is a
 * {@link SqlFailedException}. Used by one thread at a time.
 */
final class Sql implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile(":([a-zA-Z]+)");

    /** Makes something of the row a result stands at. */
    interface Row<T> {
        T read(Columns row) throws SQLException;
    }

    /** What a name stands for: places in the statement, and a bit among those that are missing. */
    private record Parameter(List<Integer> places, long bit) {}

    private interface Step<T> {
        T take() throws SQLException;
    }

    private final String text;
    private final PreparedStatement statement;
    private final Map<String, Parameter> parameters = new HashMap<>();
    private final long all;
    private long missing;
    private boolean failed;
    private @Nullable Map<String, Integer> columns;

    Sql(Connection connection, String text) throws SQLException {
        this.text = text;
        Matcher name = NAME.matcher(text);
        for (int place = 1; name.find(); place++) {
            long bit = 1L << parameters.size();
            parameters
                    .computeIfAbsent(name.group(1), added -> new Parameter(new ArrayList<>(), bit))
                    .places()
                    .add(place);
        }
        this.all = (1L << parameters.size()) - 1;
        this.missing = all;
        this.statement = connection.prepareStatement(name.replaceAll("?"));
    }

    /** Whether it failed, after which a driver may have closed it. */
    boolean failed() {
        return failed;
    }

    Sql bind(String name, String value) {
        for (int place : places(name)) {
            attempt(() -> {
                statement.setString(place, value);
                return true;
            });
        }
        return this;
    }

    Sql bind(String name, long value) {
        for (int place : places(name)) {
            attempt(() -> {
                statement.setLong(place, value);
                return true;
            });
        }
        return this;
    }

    private List<Integer> places(String name) {
        Parameter parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("there is no :" + name + " in " + text);
        }
        missing &= ~parameter.bit();
        return parameter.places();
    }

    /** How many rows it changed. */
    int execute() {
        requireBound();
        return attempt(statement::executeUpdate);
    }

    /** Whether there is any row. */
    boolean exists() {
        requireBound();
        return attempt(() -> {
            try (ResultSet result = statement.executeQuery()) {
                return result.next();
            }
        });
    }

    /** The first row. */
    <T> Optional<T> findOne(Row<T> row) {
        requireBound();
        return attempt(() -> {
            try (ResultSet result = statement.executeQuery()) {
                return result.next() ? Optional.of(row.read(at(result))) : Optional.empty();
            }
        });
    }

    /** Every row. */
    <T> List<T> list(Row<T> row) {
        requireBound();
        return attempt(() -> {
            List<T> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                Columns here = at(result);
                while (result.next()) {
                    rows.add(row.read(here));
                }
            }
            return rows;
        });
    }

    private Columns at(ResultSet result) throws SQLException {
        Map<String, Integer> known = columns;
        if (known == null) {
            known = Columns.placesIn(result);
            columns = known;
        }
        return Columns.of(known, result);
    }

    private void requireBound() {
        if (missing != 0) {
            throw new IllegalStateException("not everything is bound in " + text);
        }
        missing = all;
    }

    private <T> T attempt(Step<T> step) {
        try {
            return step.take();
        } catch (SQLException e) {
            failed = true;
            throw new SqlFailedException(text, e);
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
