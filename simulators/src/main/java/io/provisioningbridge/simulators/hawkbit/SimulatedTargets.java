package io.provisioningbridge.simulators.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The targets of one tenant, and what may be done with them. Safe for concurrent use. */
final class SimulatedTargets {

    private static final int LONGEST_ID = 256;
    private static final int DEFAULT_PAGE = 50;
    private static final int LARGEST_PAGE = 500;
    private static final int LONGEST_NAME = 128;
    private static final Map<String, Integer> LONGEST =
            Map.of("name", LONGEST_NAME, "description", 512, "securityToken", 128, "address", 512);

    private final RandomGenerator random;
    private final TreeMap<String, ObjectNode> targets = new TreeMap<>();

    SimulatedTargets(RandomGenerator random) {
        this.random = random;
    }

    /** All or nothing. One object passes for an array of one. */
    synchronized HawkbitAnswer create(JsonNode body) {
        ArrayNode wanted = JsonNodeFactory.instance.arrayNode();
        if (body.isArray()) {
            body.forEach(wanted::add);
        } else {
            wanted.add(body);
        }
        Map<String, ObjectNode> made = new LinkedHashMap<>();
        for (JsonNode one : wanted) {
            // Blanks at its ends are cut off without a word.
            String id = one.path("controllerId").asText("").strip();
            Optional<HawkbitAnswer> refusal = refusal(one, id, 0);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            if (targets.containsKey(id) || made.containsKey(id)) {
                return HawkbitAnswer.error(409, "repo.entityAlreadyExists", "The given entity already exists");
            }
            made.put(id, newTarget(id, one));
        }
        targets.putAll(made);
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        made.values().forEach(target -> answer.add(target.deepCopy()));
        return HawkbitAnswer.of(201, answer);
    }

    private ObjectNode newTarget(String id, JsonNode wanted) {
        ObjectNode target = JsonNodeFactory.instance
                .objectNode()
                .put("controllerId", id)
                .put("name", id.substring(0, Math.min(id.length(), LONGEST_NAME)))
                .put("updateStatus", "unknown")
                .put("requestAttributes", true)
                .put("securityToken", newToken());
        merge(target, wanted);
        if (target.path("securityToken").asText().isEmpty()) {
            target.put("securityToken", newToken());
        }
        return target;
    }

    synchronized HawkbitAnswer read(String id) {
        ObjectNode target = targets.get(id);
        return target == null ? HawkbitAnswer.notFound("Target", id) : HawkbitAnswer.of(200, target.deepCopy());
    }

    synchronized HawkbitAnswer update(String id, JsonNode body) {
        ObjectNode target = targets.get(id);
        if (target == null) {
            return HawkbitAnswer.notFound("Target", id);
        }
        if (body.path("requestAttributes").isBoolean()
                && !body.path("requestAttributes").asBoolean()) {
            return HawkbitAnswer.empty(400);
        }
        Optional<HawkbitAnswer> refusal = refusal(body, id, 1);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        merge(target, body);
        return HawkbitAnswer.of(200, target.deepCopy());
    }

    synchronized HawkbitAnswer delete(String id) {
        return targets.remove(id) == null ? HawkbitAnswer.notFound("Target", id) : HawkbitAnswer.empty(204);
    }

    /** Limits that are none, or too large, are replaced without a word. */
    synchronized HawkbitAnswer page(int offset, int limit) {
        int size = limit < 1 ? DEFAULT_PAGE : Math.min(limit, LARGEST_PAGE);
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode content = page.putArray("content");
        targets.values().stream().skip(offset).limit(size).forEach(target -> content.add(target.deepCopy()));
        return HawkbitAnswer.of(200, page.put("total", targets.size()).put("size", content.size()));
    }

    /** Whether a device that shows this token is let in. */
    synchronized boolean hasToken(String id, String token) {
        ObjectNode target = targets.get(id);
        return target != null && target.path("securityToken").asText().equals(token);
    }

    /** A device that was let in: it is where it comes from now, and made known where it was not. */
    synchronized void polled(String id, String from) {
        targets.computeIfAbsent(
                        id,
                        unknown -> newTarget(
                                unknown,
                                JsonNodeFactory.instance
                                        .objectNode()
                                        .put("description", "Plug and Play target: " + unknown)))
                .put("address", "http://" + from)
                .put("updateStatus", "registered");
    }

    private static Optional<HawkbitAnswer> refusal(JsonNode wanted, String id, int shortestToken) {
        if (id.isEmpty() || id.length() > LONGEST_ID || id.chars().anyMatch(c -> c <= ' ' || c == '<')) {
            return Optional.of(violation("controllerId"));
        }
        for (Map.Entry<String, Integer> field : LONGEST.entrySet()) {
            String text = wanted.path(field.getKey()).asText("");
            if (text.length() > field.getValue() || (field.getKey().equals("name") && text.contains("<"))) {
                return Optional.of(violation(field.getKey()));
            }
        }
        JsonNode token = wanted.path("securityToken");
        if (token.isTextual() && token.asText().length() < shortestToken) {
            return Optional.of(violation("securityToken"));
        }
        JsonNode type = wanted.path("targetType");
        // No types can be made here, so none is known.
        return type.isIntegralNumber() && type.asLong() >= 0
                ? Optional.of(HawkbitAnswer.notFound("TargetType", type.asText()))
                : Optional.empty();
    }

    private static HawkbitAnswer violation(String field) {
        return HawkbitAnswer.error(400, "repo.constraintViolation", field + " is not what it may be");
    }

    /** What is not named stays; an empty description clears it. */
    private static void merge(ObjectNode target, JsonNode wanted) {
        for (String field : List.of("name", "description", "address", "securityToken")) {
            if (wanted.path(field).isTextual()) {
                target.put(field, wanted.path(field).asText().strip());
            }
        }
    }

    private String newToken() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return String.format("%032x", new BigInteger(1, bytes));
    }
}
