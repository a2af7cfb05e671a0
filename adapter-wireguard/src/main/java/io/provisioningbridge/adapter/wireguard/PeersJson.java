package io.provisioningbridge.adapter.wireguard;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The text of the peers file: one flat JSON object in UTF-8, {@code {"device-001":"10.8.0.2"}}, sorted by id, one entry a
 * line. Read and written as a stream.
 */
final class PeersJson {

    /** Larger files are not read: three times what 65,536 peers with ids of 256 characters take. */
    static final long MAX_READ = 64L << 20;

    private static final String MALFORMED = "is not one flat JSON object of ids and addresses";

    // Ids of others are neither interned nor kept in a symbol table.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxDocumentLength(MAX_READ).build())
            .build();

    private PeersJson() {}

    /**
     * One member of the object.
     *
     * @param id any text
     * @param address also of a value such as {@code 10.8.0.2/32}; the problem may be shown
     */
    record Entry(String id, Parsed<TunnelAddress> address) {}

    static void write(PeerSnapshot snapshot, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter(Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.NONE)
                    .withObjectEmptySeparator("")));
            json.writeStartObject();
            for (Map.Entry<String, TunnelAddress> entry : snapshot.addresses().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue().toString());
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    /**
     * Reads every entry, the same id perhaps several times; nothing at all is as good as {@code {}}.
     *
     * @return how many there were, or what is wrong with the text, perhaps after some entries were read
     */
    static Parsed<Integer> read(InputStream in, Consumer<Entry> each) throws IOException {
        // A decoder of its own, because it reports what is not UTF-8; any other would make one replacement of many ids.
        InputStreamReader text = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(text)) {
            JsonToken first = json.nextToken();
            if (first == null) {
                return Parsed.valid(0);
            }
            if (first != JsonToken.START_OBJECT) {
                return malformed(json);
            }
            int count = 0;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String id = json.currentName();
                each.accept(new Entry(
                        id, json.nextToken() == JsonToken.VALUE_STRING ? address(json.getText()) : other(json)));
                count++;
            }
            return json.nextToken() == null ? Parsed.valid(count) : malformed(json);
        } catch (JacksonException e) {
            // Its message quotes the text, which may hold anything: only the place is told.
            JsonLocation place = e.getLocation();
            return place == null ? Parsed.invalid(MALFORMED) : malformed(place);
        } catch (CharacterCodingException notUtf8) {
            return Parsed.invalid("is not UTF-8 text");
        }
    }

    private static Parsed<TunnelAddress> address(String text) {
        String bare = text.endsWith("/32") ? text.substring(0, text.length() - 3) : text;
        return TunnelAddress.parse(bare)
                .fold(Parsed::valid, problem -> Parsed.invalid(Printable.quote(text) + " is not an IPv4 address"));
    }

    private static Parsed<TunnelAddress> other(JsonParser json) throws IOException {
        json.skipChildren();
        return Parsed.invalid("its value is not text");
    }

    private static Parsed<Integer> malformed(JsonParser json) {
        return malformed(json.currentTokenLocation());
    }

    private static Parsed<Integer> malformed(JsonLocation place) {
        return Parsed.invalid(MALFORMED + ", see line " + place.getLineNr() + ", column " + place.getColumnNr());
    }
}
