package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/** JSON trees. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ObjectNode id(String entityType, String id) {
        return object().put("entityType", entityType).put("id", id);
    }

    /** A page of a listing. */
    static ObjectNode page(List<ObjectNode> all, int pageSize, int page) {
        ObjectNode json = object();
        ArrayNode data = json.putArray("data");
        all.stream().skip((long) pageSize * page).limit(pageSize).forEach(data::add);
        int pages = (all.size() + pageSize - 1) / pageSize;
        return json.put("totalPages", pages).put("totalElements", all.size()).put("hasNext", page + 1 < pages);
    }

    static JsonNode parse(byte[] bytes) throws IOException {
        return MAPPER.readTree(bytes);
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON nodes can be written", e);
        }
    }
}
