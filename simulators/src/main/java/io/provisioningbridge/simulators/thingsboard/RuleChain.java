package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A rule chain's graph, which a message runs through along its connections. Nodes that are not about the webhook end its way.
 *
 * @param metadata as it was posted
 */
record RuleChain(JsonNode metadata) {

    // A chain that leads into itself would keep the real one busy, too.
    private static final int LONGEST_WAY = 50;
    private static final String MAIN = "Main";
    private static final String SUCCESS = "Success";

    /**
     * A REST node that the message arrives at.
     *
     * @param queue the message is on by then
     * @param failureIsHandled whether something follows on its failure, so that it counts as success
     */
    record Call(JsonNode configuration, ObjectNode body, String queue, boolean failureIsHandled) {}

    /** @param idFetched whether the device's id is in the message's metadata */
    private record Message(Event event, ObjectNode data, boolean idFetched, String queue) {

        private Message withIdFetched() {
            return new Message(event, data, true, queue);
        }

        private Message on(String other) {
            return new Message(event, data, idFetched, other);
        }

        /** Scripts are not run: the shipped ones are known by their words. */
        private Message transformedBy(JsonNode configuration) {
            String script = configuration.path("tbelScript").asText();
            if (!script.contains("\"event\": msgType")) {
                return this;
            }
            ObjectNode body = event.body().deepCopy();
            if (script.contains("metadata.deviceId") && !idFetched) {
                body.putNull("deviceId");
            }
            return new Message(event, body, idFetched, queue);
        }
    }

    List<Call> callsFor(Event event) {
        List<Call> calls = new ArrayList<>();
        Message message = new Message(event, event.data(), false, MAIN);
        arrive(metadata.path("firstNodeIndex").asInt(-1), message, LONGEST_WAY, calls);
        return calls;
    }

    private void arrive(int index, Message message, int left, List<Call> calls) {
        JsonNode node = metadata.path("nodes").path(index);
        if (left == 0 || index < 0) {
            return;
        }
        JsonNode configuration = node.path("configuration");
        String type = node.path("type").asText();
        switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "TbMsgTypeSwitchNode" -> follow(index, message.event().relation(), message, left, calls);
            case "TbMsgTypeFilterNode" -> {
                boolean listed = contains(
                        configuration.path("messageTypes"), message.event().type());
                follow(index, listed ? "True" : "False", message, left, calls);
            }
            case "TbCheckpointNode" ->
                follow(index, SUCCESS, message.on(node.path("queueName").asText(MAIN)), left, calls);
            case "TbGetOriginatorFieldsNode" -> follow(index, SUCCESS, message.withIdFetched(), left, calls);
            case "TbTransformMsgNode" -> follow(index, SUCCESS, message.transformedBy(configuration), left, calls);
            case "TbRestApiCallNode" ->
                calls.add(new Call(configuration, message.data(), message.queue(), isConnected(index, "Failure")));
            default -> {}
        }
    }

    private void follow(int from, String relation, Message message, int left, List<Call> calls) {
        for (JsonNode connection : metadata.path("connections")) {
            if (leadsOn(connection, from, relation)) {
                arrive(connection.path("toIndex").asInt(-1), message, left - 1, calls);
            }
        }
    }

    private boolean isConnected(int from, String relation) {
        for (JsonNode connection : metadata.path("connections")) {
            if (leadsOn(connection, from, relation)) {
                return true;
            }
        }
        return false;
    }

    private static boolean leadsOn(JsonNode connection, int from, String relation) {
        return connection.path("fromIndex").asInt(-1) == from
                && connection.path("type").asText().equals(relation);
    }

    private static boolean contains(JsonNode array, String text) {
        for (JsonNode element : array) {
            if (element.asText().equals(text)) {
                return true;
            }
        }
        return false;
    }
}
