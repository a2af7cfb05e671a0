package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Json;
import java.util.regex.Pattern;

/** What ThingsBoard calls an id: its kind and a UUID. */
final class EntityId {

    private static final Pattern UUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private EntityId() {}

    static ObjectNode of(String entityType, String id) {
        return Json.object().put("entityType", entityType).put("id", id);
    }

    /**
     * The UUID of the thing that a JSON object describes. It goes into paths, so nothing else may pass for one.
     *
     * @param operation in words
     * @throws BackendUnavailableException it has none
     */
    static String in(String operation, JsonNode described) {
        return checked(operation, described.path("id"));
    }

    /** As {@link #in}, of the id itself. */
    static String checked(String operation, JsonNode entityId) {
        String id = entityId.path("id").asText("");
        if (!UUID.matcher(id).matches()) {
            throw Refusals.nonsense(operation, "it has no id");
        }
        return id;
    }
}
