package io.provisioningbridge.simulators.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * An answer over HTTP.
 *
 * @param body empty for none
 */
record HawkbitAnswer(int status, Optional<JsonNode> body) {

    static HawkbitAnswer of(int status, JsonNode body) {
        return new HawkbitAnswer(status, Optional.of(body));
    }

    static HawkbitAnswer empty(int status) {
        return new HawkbitAnswer(status, Optional.empty());
    }

    /** @param code what follows {@code hawkbit.server.error.} */
    static HawkbitAnswer error(int status, String code, String message) {
        return of(status, body(code, message));
    }

    /** A thing that is not there. */
    static HawkbitAnswer notFound(String type, String id) {
        ObjectNode body = body("repo.entityNotFound", type + " with given identifier {" + id + "} does not exist.");
        body.putObject("info").put("type", type).put("entityId", id);
        return of(404, body);
    }

    /** What the framework answers, and not hawkBit. */
    static HawkbitAnswer framework(int status, String error) {
        return of(
                status,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("timestamp", "2026-01-01T00:00:00.000+00:00")
                        .put("status", status)
                        .put("error", error));
    }

    private static ObjectNode body(String code, String message) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("exceptionClass", "org.eclipse.hawkbit.repository.exception")
                .put("errorCode", "hawkbit.server.error." + code)
                .put("message", message);
    }
}
