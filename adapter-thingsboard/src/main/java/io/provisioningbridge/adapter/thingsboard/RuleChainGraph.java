package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.http.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * A rule chain's metadata as what it is: nodes with numbers, and connections between them. Changes go into the JSON it was made
 * of. Confined to one thread.
 *
 * @param metadata of a chain, with whatever else is in it
 */
record RuleChainGraph(ObjectNode metadata) {

    static final String SWITCH = "TbMsgTypeSwitchNode";
    static final String TYPE_FILTER = "TbMsgTypeFilterNode";
    static final String CHECKPOINT = "TbCheckpointNode";
    static final String REST_CALL = "TbRestApiCallNode";

    /** The queue that repeats a message until all of its chain has succeeded. */
    static final String RETRYING_QUEUE = "HighPriority";

    record Connection(int from, int to, String relation) {

        private static Connection of(JsonNode json) {
            return new Connection(
                    json.path("fromIndex").asInt(-1),
                    json.path("toIndex").asInt(-1),
                    json.path("type").asText(""));
        }

        private ObjectNode json() {
            return Json.object().put("fromIndex", from).put("toIndex", to).put("type", relation);
        }
    }

    int first() {
        return metadata.path("firstNodeIndex").asInt(-1);
    }

    int size() {
        return metadata.path("nodes").size();
    }

    JsonNode node(int index) {
        return metadata.path("nodes").path(index);
    }

    /** Without its package, which says nothing more. */
    String type(int index) {
        String type = node(index).path("type").asText("");
        return type.substring(type.lastIndexOf('.') + 1);
    }

    String name(int index) {
        return node(index).path("name").asText("");
    }

    /** What a REST node calls. */
    String url(int index) {
        return node(index).path("configuration").path("restEndpointUrlPattern").asText("");
    }

    boolean calls(int index, URI url) {
        return type(index).equals(REST_CALL) && url(index).equals(url.toString());
    }

    OptionalInt firstThat(Predicate<Integer> matches) {
        for (int i = 0; i < size(); i++) {
            if (matches.test(i)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    List<Connection> connections() {
        List<Connection> connections = new ArrayList<>();
        metadata.path("connections").forEach(json -> connections.add(Connection.of(json)));
        return connections;
    }

    List<Connection> connectionsFrom(int index) {
        return connections().stream()
                .filter(connection -> connection.from() == index)
                .toList();
    }

    /** @return its number */
    int add(ObjectNode node) {
        array("nodes").add(node);
        return size() - 1;
    }

    void connect(Connection connection) {
        array("connections").add(connection.json());
    }

    void disconnect(Connection unwanted) {
        ArrayNode left = Json.object().arrayNode();
        metadata.path("connections").forEach(json -> {
            if (!Connection.of(json).equals(unwanted)) {
                left.add(json);
            }
        });
        metadata.set("connections", left);
    }

    /** ThingsBoard answers null for none. */
    private ArrayNode array(String name) {
        return metadata.path(name) instanceof ArrayNode present ? present : metadata.putArray(name);
    }
}
