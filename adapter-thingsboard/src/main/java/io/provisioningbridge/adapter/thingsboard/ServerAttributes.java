package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.DevicePlatform.Attributes;
import io.provisioningbridge.http.Json;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A device's server attributes: those the bridge writes, and when ThingsBoard says it connected. */
final class ServerAttributes {

    private static final String TUNNEL_ADDRESS = "tunnelAddress";
    private static final String SERIAL = "certificateSerial";
    private static final String NOT_AFTER = "certificateNotAfter";
    private static final String ENROLLED_AT = "enrolledAt";
    private static final String LAST_CONNECT = "lastConnectTime";

    private static final String SWITCHING = "switching";

    /** What is asked for. */
    static final String KEYS = String.join(",", List.of(TUNNEL_ADDRESS, SERIAL, NOT_AFTER, ENROLLED_AT, LAST_CONNECT));

    /** With a prefix, because ThingsBoard makes a number of text that looks like one: leading zeros would be lost. */
    private static final Pattern SERIAL_TEXT = Pattern.compile("sn:([0-9a-f]{1,40})");

    private final Map<String, JsonNode> values = new HashMap<>();
    private final Map<String, JsonNode> times = new HashMap<>();

    /** @param array of objects with {@code key}, {@code value} and {@code lastUpdateTs} */
    ServerAttributes(JsonNode array) {
        for (JsonNode attribute : array) {
            values.put(attribute.path("key").asText(), attribute.path("value"));
            times.put(attribute.path("key").asText(), attribute.path("lastUpdateTs"));
        }
    }

    static ObjectNode toWrite(Attributes attributes) {
        return Json.object()
                .put(TUNNEL_ADDRESS, attributes.tunnelAddress().toString())
                .put(SERIAL, "sn:" + attributes.serial().toString(16))
                .put(NOT_AFTER, attributes.notAfter().toEpochMilli())
                .put(ENROLLED_AT, attributes.enrolledAt().toEpochMilli());
    }

    /** The same, and no certificate: the one before is about to be replaced, and nothing admits the next one yet. */
    static ObjectNode whileSwitching(Attributes attributes) {
        return toWrite(attributes).put(SERIAL, SWITCHING);
    }

    /** What the bridge wrote; empty when any of it is missing, was changed beyond reading, or is being switched. */
    Optional<Attributes> written() {
        Parsed<TunnelAddress> address = TunnelAddress.parse(text(TUNNEL_ADDRESS));
        Matcher serial = SERIAL_TEXT.matcher(text(SERIAL));
        Optional<Instant> notAfter = instant(NOT_AFTER);
        Optional<Instant> enrolledAt = instant(ENROLLED_AT);
        if (!(address instanceof Parsed.Valid<TunnelAddress>)
                || !serial.matches()
                || notAfter.isEmpty()
                || enrolledAt.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Attributes(
                address.orThrow(), new BigInteger(serial.group(1), 16), notAfter.get(), enrolledAt.get()));
    }

    /** When what the bridge wrote was last written; all of it always is at once. */
    Optional<Instant> writtenAt() {
        return written().flatMap(all -> instant(times.get(SERIAL)));
    }

    Optional<Instant> lastConnect() {
        return instant(LAST_CONNECT).filter(at -> at.toEpochMilli() > 0);
    }

    private String text(String key) {
        JsonNode value = values.get(key);
        return value != null && value.isTextual() ? value.asText() : "";
    }

    private Optional<Instant> instant(String key) {
        return instant(values.get(key));
    }

    private static Optional<Instant> instant(@Nullable JsonNode value) {
        return value != null && value.isIntegralNumber() && value.canConvertToLong()
                ? Optional.of(Instant.ofEpochMilli(value.asLong()))
                : Optional.empty();
    }
}
