package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import io.provisioningbridge.http.Json;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The targets of a hawkBit, looked at and changed past the adapter. */
final class HawkbitTargets {

    private final Management server;

    HawkbitTargets(Management server) {
        this.server = server;
    }

    /** Asks the Management API. */
    interface Management {

        /**
         * @param path below {@code /rest/v1}
         * @param body empty for none
         */
        HttpResponse<String> manage(String method, String path, String body);
    }

    Map<String, Seen> all() {
        Map<String, Seen> all = new HashMap<>();
        while (true) {
            JsonNode page = ok(server.manage("GET", "/targets?limit=500&sort=id:ASC&offset=" + all.size(), ""));
            for (JsonNode target : page.path("content")) {
                String host = URI.create(target.path("address").asText("")).getHost();
                all.put(
                        target.path("controllerId").asText(),
                        new Seen(
                                target.path("controllerId").asText(),
                                target.path("name").asText(""),
                                target.path("description").asText(""),
                                host == null
                                        ? Optional.empty()
                                        : TunnelAddress.parse(host).value(),
                                Optional.of(
                                        new Secret(target.path("securityToken").asText()))));
            }
            if (all.size() >= page.path("total").asInt()) {
                return all;
            }
        }
    }

    void add(Seen target) {
        ObjectNode json = Json.object()
                .put("controllerId", target.id())
                .put("name", target.name())
                .put("description", target.description())
                .put("securityToken", target.token().orElseThrow().reveal());
        target.address().ifPresent(address -> json.put("address", "http://" + address));
        ok(server.manage("POST", "/targets", "[" + new String(Json.bytes(json), StandardCharsets.UTF_8) + "]"));
    }

    void remove(String id) {
        assertThat(server.manage("DELETE", "/targets/" + id, "").statusCode()).isBetween(200, 299);
    }

    void clear() {
        all().keySet().forEach(this::remove);
    }

    private static JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return Json.parse(answer.body().getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }
}
