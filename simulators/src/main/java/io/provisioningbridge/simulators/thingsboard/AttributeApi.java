package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Server attributes. This controller answers errors in plain text, and makes numbers of text that looks like one. */
final class AttributeApi {

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+|-?[0-9]*\\.[0-9]+");

    private final Tenant tenant;
    private final InstantSource clock;

    AttributeApi(Tenant tenant, InstantSource clock) {
        this.tenant = tenant;
        this.clock = clock;
    }

    void write(String deviceId, String scope, String body) {
        synchronized (tenant) {
            Device device = device(deviceId);
            checkScope(scope);
            Map<String, JsonNode> values = new TreeMap<>();
            object(body).properties().forEach(field -> values.put(field.getKey(), cast(field.getValue())));
            if (values.isEmpty()) {
                throw ApiError.plain(400, "No attributes data found in request body!");
            }
            device.attributes.putAll(values);
            long now = clock.millis();
            values.keySet().forEach(key -> device.written.put(key, now));
        }
    }

    ArrayNode read(String deviceId, List<String> keys) {
        synchronized (tenant) {
            Device device = device(deviceId);
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            device.attributes.forEach((key, value) -> {
                if (keys.contains(key)) {
                    list.addObject()
                            .put("lastUpdateTs", device.written.getOrDefault(key, 0L))
                            .put("key", key)
                            .set("value", value);
                }
            });
            return list;
        }
    }

    void remove(String deviceId, List<String> keys) {
        synchronized (tenant) {
            device(deviceId).attributes.keySet().removeAll(keys);
        }
    }

    private Device device(String id) {
        Tenant.checkUuid(id);
        Optional<Device> device = tenant.find(id);
        return device.orElseThrow(() -> ApiError.plain(404, "Device with requested id wasn't found!"));
    }

    private static void checkScope(String scope) {
        switch (scope) {
            case "SERVER_SCOPE", "SHARED_SCOPE" -> {}
            case "CLIENT_SCOPE" -> throw ApiError.plain(400, "Invalid scope: CLIENT_SCOPE");
            default -> throw ApiError.badRequest("Invalid scope: " + scope);
        }
    }

    private static JsonNode object(String body) {
        try {
            JsonNode json = Json.parse(body.getBytes(StandardCharsets.UTF_8));
            if (!json.isObject()) {
                throw ApiError.plain(400, "Request is not a JSON object");
            }
            return json;
        } catch (IOException e) {
            throw ApiError.plain(400, "Invalid JSON");
        }
    }

    private static JsonNode cast(JsonNode value) {
        if (value.isNull()) {
            throw ApiError.internal("Can't parse value: null");
        }
        if (!value.isTextual() || !NUMBER.matcher(value.asText()).matches()) {
            return value;
        }
        String text = value.asText();
        try {
            return text.contains(".")
                    ? DoubleNode.valueOf(Double.parseDouble(text))
                    : LongNode.valueOf(Long.parseLong(text));
        } catch (NumberFormatException moreThan64Bits) {
            return value;
        }
    }
}
