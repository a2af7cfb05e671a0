package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.http.Json;

/** What ThingsBoard calls an id: its kind and a UUID. */
final class EntityId {

    private EntityId() {}

    static ObjectNode of(String entityType, String id) {
        return Json.object().put("entityType", entityType).put("id", id);
    }
}
