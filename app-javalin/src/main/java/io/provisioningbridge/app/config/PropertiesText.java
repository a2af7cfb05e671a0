package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Parses the text of a Java properties file, and does not let a key stand in it twice. */
final class PropertiesText {

    private PropertiesText() {}

    static Parsed<SortedMap<String, String>> parse(String text) {
        Once once = new Once();
        try {
            once.load(new StringReader(text));
        } catch (IllegalArgumentException badEscape) {
            return Parsed.invalid("holds a backslash that begins no valid escape; write two for one");
        } catch (IOException e) {
            throw new IllegalStateException("text in memory cannot fail to be read", e);
        }
        if (!once.repeated.isEmpty()) {
            return Parsed.invalid("sets " + String.join(", ", once.repeated) + " more than once");
        }
        SortedMap<String, String> entries = new TreeMap<>();
        for (Map.Entry<Object, Object> entry : once.entrySet()) {
            entries.put(entry.getKey().toString(), entry.getValue().toString());
        }
        return Parsed.valid(entries);
    }

    /** Properties silently let the last of equal keys win. */
    private static final class Once extends Properties {

        private static final long serialVersionUID = 1;

        private final transient SortedSet<String> repeated = new TreeSet<>();

        @Override
        public synchronized Object put(Object key, Object value) {
            if (containsKey(key)) {
                repeated.add(key.toString());
            }
            return super.put(key, value);
        }
    }
}
