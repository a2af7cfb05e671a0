package io.provisioningbridge.adapter.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.core.port.UpdateServer.Target;
import io.provisioningbridge.http.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/** Targets as hawkBit writes them. */
final class Targets {

    private Targets() {}

    /** Without what is to stay as it is: hawkBit leaves alone what a request does not name. */
    static ObjectNode json(Target target) {
        ObjectNode json = Json.object()
                .put("controllerId", target.device().text())
                .put("name", target.name())
                .put("description", target.description());
        // As hawkBit itself writes the address a device comes from; 0.3.0M7 takes URIs only.
        target.address().ifPresent(address -> json.put("address", "http://" + address));
        target.token().ifPresent(token -> json.put("securityToken", token.reveal()));
        return json;
    }

    /** What nobody may read in a message. */
    static List<String> secrets(List<Target> targets) {
        return targets.stream()
                .flatMap(target -> target.token().stream())
                .map(Secret::reveal)
                .toList();
    }

    /** Empty for what is no target. */
    static Optional<Seen> seen(JsonNode json) {
        String id = json.path("controllerId").asText("");
        if (id.isEmpty()) {
            return Optional.empty();
        }
        String token = json.path("securityToken").asText("");
        return Optional.of(new Seen(
                id,
                json.path("name").asText(""),
                json.path("description").asText(""),
                address(json.path("address").asText("")),
                token.isEmpty() ? Optional.empty() : Optional.of(new Secret(token))));
    }

    /** Whether nothing is to be corrected. A token that is not shown may be another. */
    static boolean isAsWanted(Seen seen, Target target) {
        return seen.name().equals(target.name())
                && seen.description().equals(target.description())
                && (target.address().isEmpty() || target.address().equals(seen.address()))
                && (target.token().isEmpty()
                        || target.token()
                                .map(Secret::reveal)
                                .equals(seen.token().map(Secret::reveal)));
    }

    private static Optional<TunnelAddress> address(String text) {
        try {
            String host = new URI(text).getHost();
            return TunnelAddress.parse(host == null ? text : host).value();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
