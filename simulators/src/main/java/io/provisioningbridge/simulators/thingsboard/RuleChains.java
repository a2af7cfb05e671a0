package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The tenant's rule chains; several may have one name. Safe for concurrent use: every method holds its lock. */
final class RuleChains {

    private static final String REST_NODE = "org.thingsboard.rule.engine.rest.TbRestApiCallNode";
    private static final int REST_NODE_VERSION = 4;

    private final Map<String, ObjectNode> chains = new HashMap<>();
    private final Map<String, ObjectNode> metadata = new HashMap<>();
    private String root = "";

    synchronized ObjectNode save(JsonNode body) {
        String id = body.path("id").path("id").asText(UUID.randomUUID().toString());
        ObjectNode chain = body.deepCopy();
        chain.set("id", Json.id("RULE_CHAIN", id));
        chain.put("version", nextVersion(chains.get(id), body));
        chains.put(id, chain);
        return chain;
    }

    synchronized ObjectNode saveMetadata(JsonNode body) {
        String id = body.path("ruleChainId").path("id").asText();
        chain(id);
        ObjectNode saved = body.deepCopy();
        saved.put("version", nextVersion(metadata.get(id), body));
        for (JsonNode node : saved.path("nodes")) {
            complete((ObjectNode) node, id);
        }
        metadata.put(id, saved);
        return saved;
    }

    /** Of a chain that was made and not filled yet there are no nodes. */
    synchronized ObjectNode metadata(String id) {
        chain(id);
        ObjectNode empty = Json.object();
        empty.set("ruleChainId", Json.id("RULE_CHAIN", id));
        empty.putNull("firstNodeIndex").put("version", 0).putArray("nodes");
        return metadata.getOrDefault(id, empty);
    }

    synchronized ObjectNode page(String textSearch, int pageSize, int page) {
        List<ObjectNode> found = chains.values().stream()
                .filter(chain -> chain.path("name").asText().contains(textSearch))
                .sorted(Comparator.comparing(chain -> chain.path("name").asText()))
                .toList();
        return Json.page(found, pageSize, page);
    }

    synchronized ObjectNode makeRoot(String id) {
        ObjectNode chain = chain(id);
        root = id;
        return chain;
    }

    /** What messages run through; without an id the root chain. */
    synchronized Optional<RuleChain> chain(Optional<String> id) {
        return Optional.ofNullable(metadata.get(id.orElse(root))).map(RuleChain::new);
    }

    private ObjectNode chain(String id) {
        Tenant.checkUuid(id);
        ObjectNode chain = chains.get(id);
        if (chain == null) {
            throw ApiError.notFound("Rule chain with id [" + id + "] is not found");
        }
        return chain;
    }

    /** Each node gets an id, and the REST node is upgraded to what this server knows. */
    private static void complete(ObjectNode node, String chainId) {
        if (node.path("id").path("id").asText("").isEmpty()) {
            node.set("id", Json.id("RULE_NODE", UUID.randomUUID().toString()));
        }
        node.set("ruleChainId", Json.id("RULE_CHAIN", chainId));
        if (node.path("type").asText().equals(REST_NODE)
                && node.path("configurationVersion").asInt() < REST_NODE_VERSION
                && node.path("configuration") instanceof ObjectNode configuration) {
            node.put("configurationVersion", REST_NODE_VERSION);
            configuration.putNull("requestBodyTemplate");
        }
    }

    /** A version that is sent has to be that of what is there; without one the last write wins. */
    private static int nextVersion(@Nullable ObjectNode present, JsonNode body) {
        int version = present == null ? 0 : present.path("version").asInt();
        if (body.path("version").isInt() && body.path("version").asInt() != version) {
            throw ApiError.conflict("Rule chain was already changed by someone else");
        }
        return version + 1;
    }
}
