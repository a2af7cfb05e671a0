package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.thingsboard.RuleChainGraph.Connection;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * Brings the webhook's branch of the shipped rule chain into an installed one, and leaves all else there as the operator made
 * it. Of a node only what the webhook depends on is compared: ThingsBoard adds members when it saves one, and changes others
 * with its versions. Confined to one thread.
 */
final class ChainRepair {

    /** By which the message type switch sends on what the bridge is told of. */
    private static final Set<String> REPORTED = Set.of("Connect Event", "Entity Deleted");

    private static final String HEADERS = "headers";
    private static final String URL = "restEndpointUrlPattern";
    private static final List<String> ESSENTIAL = List.of(
            "dataMapping", "fetchTo", "scriptLang", "tbelScript", "messageTypes", URL, "requestMethod", HEADERS);
    private static final String QUEUE = "queueName";
    private static final String FAILURE = "Failure";

    private final RuleChainGraph shipped;
    private final RuleChainGraph present;
    /** Of each shipped node of the branch the one it is there. */
    private final Map<Integer, Integer> counterparts = new TreeMap<>();

    private final List<String> changes = new ArrayList<>();

    /**
     * @param metadata as it should be
     * @param changes from what it was, in words; none when nothing is to be done
     */
    record Repaired(ObjectNode metadata, List<String> changes) {}

    private ChainRepair(ObjectNode metadata, ObjectNode shipped) {
        this.present = new RuleChainGraph(metadata);
        this.shipped = new RuleChainGraph(shipped);
    }

    /**
     * @param metadata as ThingsBoard answered it; is not changed
     * @throws BackendRefusedException the chain has nothing that the branch could be connected to
     */
    static Repaired of(ObjectNode metadata, ObjectNode shipped) {
        if (metadata.path("nodes").isEmpty()) {
            ObjectNode filled = metadata.deepCopy();
            Set.of("firstNodeIndex", "nodes", "connections")
                    .forEach(member -> filled.set(member, shipped.path(member).deepCopy()));
            return new Repaired(filled, List.of("fills it: it is empty"));
        }
        ChainRepair repair = new ChainRepair(metadata.deepCopy(), shipped);
        repair.run();
        return new Repaired(repair.present.metadata(), repair.changes);
    }

    private void run() {
        List<Integer> branch = branch();
        counterparts.put(shipped.first(), theSwitch());
        branch.forEach(this::nodeIsThere);
        for (Connection connection : shipped.connections()) {
            if (branch.contains(connection.to())) {
                connectionIsThere(
                        new Connection(there(connection.from()), there(connection.to()), connection.relation()));
            }
        }
        branch.stream().map(this::there).forEach(this::failureIsRepeated);
    }

    /** The shipped nodes that a reported event comes to after the switch. */
    private List<Integer> branch() {
        List<Integer> found = new ArrayList<>();
        Deque<Integer> open = new ArrayDeque<>();
        shipped.connectionsFrom(shipped.first()).stream()
                .filter(connection -> REPORTED.contains(connection.relation()))
                .forEach(connection -> open.add(connection.to()));
        while (!open.isEmpty()) {
            int node = open.remove();
            if (!found.contains(node)) {
                found.add(node);
                shipped.connectionsFrom(node).forEach(connection -> open.add(connection.to()));
            }
        }
        return found;
    }

    private int theSwitch() {
        if (present.type(present.first()).equals(RuleChainGraph.SWITCH)) {
            return present.first();
        }
        return present.firstThat(node -> present.type(node).equals(RuleChainGraph.SWITCH))
                .orElseThrow(() -> new BackendRefusedException(
                        "the device profile's rule chain has no message type switch, so that the webhook cannot be connected:"
                                + " add one, or take the rule chain out of the profile",
                        Fault.BACKEND,
                        Effect.NONE));
    }

    private void nodeIsThere(int node) {
        OptionalInt found = counterpartOf(node);
        if (found.isEmpty()) {
            counterparts.put(node, present.add(shipped.node(node).deepCopy()));
            changes.add("adds the node '" + shipped.name(node) + "'");
            return;
        }
        counterparts.put(node, found.getAsInt());
        if (present.node(found.getAsInt()) instanceof ObjectNode json) {
            queueIsRight(node, json);
            ESSENTIAL.forEach(member -> memberIsRight(node, json, member));
        }
    }

    /** A webhook node keeps its part when it is given another name. */
    private OptionalInt counterpartOf(int node) {
        OptionalInt named = present.firstThat(other -> present.type(other).equals(shipped.type(node))
                && present.name(other).equals(shipped.name(node)));
        return named.isPresent() || !shipped.type(node).equals(RuleChainGraph.REST_CALL)
                ? named
                : present.firstThat(other -> present.type(other).equals(RuleChainGraph.REST_CALL)
                        && present.url(other).endsWith(Webhook.PATH));
    }

    private void queueIsRight(int node, ObjectNode json) {
        String wanted = shipped.node(node).path(QUEUE).asText("");
        String is = json.path(QUEUE).asText("");
        if (!wanted.isEmpty() && !is.equals(wanted)) {
            json.put(QUEUE, wanted);
            changes.add(
                    "puts '" + nameOf(json) + "' on the queue " + wanted + (is.isEmpty() ? "" : " instead of " + is));
        }
    }

    private void memberIsRight(int node, ObjectNode json, String member) {
        JsonNode wanted = shipped.node(node).path("configuration").path(member);
        JsonNode is = json.path("configuration").path(member);
        if (wanted.isMissingNode() || covers(is, wanted)) {
            return;
        }
        changes.add(inWords(nameOf(json), member, is, wanted));
        ObjectNode configuration = json.withObject("/configuration");
        if (is instanceof ObjectNode object && wanted instanceof ObjectNode members) {
            object.setAll(members.deepCopy());
        } else {
            configuration.set(member, wanted.deepCopy());
        }
    }

    /** Further members of an object are the operator's own. */
    private static boolean covers(JsonNode is, JsonNode wanted) {
        return wanted.isObject()
                ? wanted.properties().stream()
                        .allMatch(member -> Objects.equals(is.path(member.getKey()), member.getValue()))
                : wanted.equals(is);
    }

    /** Without headers' values: one is a secret. */
    private static String inWords(String name, String member, JsonNode is, JsonNode wanted) {
        return switch (member) {
            case URL -> "'" + name + "' calls " + wanted.asText() + " instead of " + is.asText();
            case HEADERS -> "'" + name + "' sends other headers, the secret among them";
            default -> "'" + name + "' gets its " + member + " back";
        };
    }

    private void connectionIsThere(Connection connection) {
        if (!present.connections().contains(connection)) {
            present.connect(connection);
            changes.add("connects '" + present.name(connection.from()) + "' to '" + present.name(connection.to())
                    + "' on " + connection.relation());
        }
    }

    /** Whatever follows on a failure makes a success of it, and the queue repeats failures only. */
    private void failureIsRepeated(int node) {
        for (Connection connection : present.connectionsFrom(node)) {
            if (connection.relation().equals(FAILURE)) {
                present.disconnect(connection);
                changes.add("disconnects '" + present.name(connection.to()) + "' from the failure of '"
                        + present.name(node) + "', which ended the repeating");
            }
        }
    }

    private int there(int node) {
        return Objects.requireNonNull(counterparts.get(node), "every node of the branch has a counterpart");
    }

    private static String nameOf(JsonNode node) {
        return node.path("name").asText("");
    }
}
