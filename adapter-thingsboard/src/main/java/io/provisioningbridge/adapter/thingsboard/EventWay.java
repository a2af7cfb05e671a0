package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.thingsboard.RuleChainGraph.Connection;
import java.util.HashSet;
import java.util.Set;

/** Which REST nodes a connect event arrives at. Confined to one thread. */
final class EventWay {

    private static final String EVENT = "CONNECT_EVENT";
    private static final String RELATION = "Connect Event";
    private static final String FAILURE = "Failure";

    private final RuleChainGraph chain;
    private final Set<Arrival> seen = new HashSet<>();

    /** @param repeated whether the message is repeated until everything from here on has succeeded */
    record Arrival(int node, boolean repeated) {}

    private EventWay(RuleChainGraph chain) {
        this.chain = chain;
    }

    static Set<Arrival> ofConnect(RuleChainGraph chain) {
        EventWay way = new EventWay(chain);
        way.arrive(new Arrival(chain.first(), false));
        way.seen.removeIf(arrival -> !chain.type(arrival.node()).equals(RuleChainGraph.REST_CALL));
        return way.seen;
    }

    private void arrive(Arrival arrival) {
        if (arrival.node() < 0 || arrival.node() >= chain.size() || !seen.add(arrival)) {
            return;
        }
        for (Connection connection : chain.connectionsFrom(arrival.node())) {
            if (follows(arrival.node(), connection.relation())) {
                arrive(new Arrival(connection.to(), repeatedAfter(arrival)));
            }
        }
    }

    /** A node that is not known here may send its message on by any relation. */
    private boolean follows(int node, String relation) {
        return switch (chain.type(node)) {
            case RuleChainGraph.SWITCH -> relation.equals(RELATION);
            case RuleChainGraph.TYPE_FILTER -> relation.equals(lists(node) ? "True" : "False");
            default -> !relation.equals(FAILURE);
        };
    }

    private boolean lists(int filter) {
        for (JsonNode type : chain.node(filter).path("configuration").path("messageTypes")) {
            if (type.asText().equals(EVENT)) {
                return true;
            }
        }
        return false;
    }

    /** A REST node whose failure something takes care of has not failed, for the queue. */
    private boolean repeatedAfter(Arrival arrival) {
        return chain.type(arrival.node()).equals(RuleChainGraph.CHECKPOINT)
                ? chain.node(arrival.node()).path("queueName").asText("").equals(RuleChainGraph.RETRYING_QUEUE)
                : arrival.repeated();
    }

    /** Whether something follows on a node's failure. */
    static boolean handlesFailure(RuleChainGraph chain, int node) {
        return chain.connectionsFrom(node).stream()
                .anyMatch(connection -> connection.relation().equals(FAILURE));
    }
}
