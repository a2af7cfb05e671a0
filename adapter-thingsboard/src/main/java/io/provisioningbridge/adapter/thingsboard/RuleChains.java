package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Reply;
import java.net.URI;
import java.util.Optional;

/** The requests about rule chains. Safe for concurrent use. */
final class RuleChains {

    private static final int CONFLICT = 409;

    private final RestApi api;

    RuleChains(RestApi api) {
        this.api = api;
    }

    /** A chain of this name that is empty or calls this URL: one that nobody else made. Names need not be unique. */
    Optional<String> ownNamed(String name, URI webhook, Deadline deadline) {
        String operation = "finding the rule chain";
        return Pages.first(
                api,
                operation,
                "/api/ruleChains",
                name,
                deadline,
                chain -> Optional.of(chain)
                        .filter(one -> one.path("name").asText("").equals(name))
                        .map(one -> EntityId.in(operation, one))
                        .filter(id -> isOwn(id, webhook, deadline)));
    }

    private boolean isOwn(String id, URI webhook, Deadline deadline) {
        RuleChainGraph chain = new RuleChainGraph(metadata(id, deadline));
        return chain.size() == 0
                || chain.firstThat(node -> chain.calls(node, webhook)).isPresent();
    }

    /** @return its id */
    String create(ObjectNode chain, Deadline deadline) {
        String operation = "creating the rule chain";
        return EntityId.in(operation, RestApi.json(operation, api.post("/api/ruleChain", chain, deadline)));
    }

    /** Nodes and connections, with the version they have to be saved with. */
    ObjectNode metadata(String id, Deadline deadline) {
        String operation = "reading the rule chain";
        JsonNode json = RestApi.json(operation, api.get("/api/ruleChain/" + id + "/metadata", deadline));
        if (!(json instanceof ObjectNode object) || !json.has("nodes")) {
            throw Refusals.nonsense(operation, "it is no rule chain");
        }
        return object;
    }

    /** @return whether it is saved; false when someone else changed it meanwhile */
    boolean saveMetadata(ObjectNode metadata, Deadline deadline) {
        Reply reply = api.post("/api/ruleChain/metadata", metadata, deadline);
        if (reply.status() == CONFLICT) {
            return false;
        }
        RestApi.json("saving the rule chain", reply);
        return true;
    }
}
