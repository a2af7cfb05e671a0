package io.provisioningbridge.adapter.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The row a result stands at, read by the names of its columns. Where a name stands is found out once for a prepared statement;
 * a driver does that for each result anew, which costs SQLite's more than reading a row by its key. Used by one thread at a time.
 */
final class Columns {

    private final Map<String, Integer> places;
    private final ResultSet result;

    private Columns(Map<String, Integer> places, ResultSet result) {
        this.places = places;
        this.result = result;
    }

    /** Where the columns of a result stand: the same in every result of one prepared statement. */
    static Map<String, Integer> placesIn(ResultSet result) throws SQLException {
        ResultSetMetaData head = result.getMetaData();
        Map<String, Integer> places = new HashMap<>();
        for (int place = 1; place <= head.getColumnCount(); place++) {
            places.put(head.getColumnLabel(place), place);
        }
        return places;
    }

    /** @param places of this result, or of another one of the same prepared statement */
    static Columns of(Map<String, Integer> places, ResultSet result) {
        return new Columns(places, result);
    }

    String getString(String name) throws SQLException {
        return result.getString(place(name));
    }

    long getLong(String name) throws SQLException {
        return result.getLong(place(name));
    }

    int getInt(String name) throws SQLException {
        return result.getInt(place(name));
    }

    /** Whether what was read last was absent. */
    boolean wasNull() throws SQLException {
        return result.wasNull();
    }

    private int place(String name) {
        Integer place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException("there is no column " + name + " in " + places.keySet());
        }
        return place;
    }
}
