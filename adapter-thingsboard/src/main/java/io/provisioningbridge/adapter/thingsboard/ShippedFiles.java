package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.provisioningbridge.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The device profiles and the rule chain of {@code deploy/thingsboard}, with their placeholders filled in. */
final class ShippedFiles {

    private ShippedFiles() {}

    /** With {@code ruleChain} and {@code metadata}. */
    static ObjectNode ruleChain(Webhook webhook) {
        return filled(
                "rule-chain.json",
                Map.of(
                        "@WEBHOOK_URL@", webhook.url().toString(),
                        "@WEBHOOK_SECRET@", webhook.secret().reveal()));
    }

    /** @param authority PEM of the certificate that signs devices' certificates; managed mode knows none */
    static ObjectNode profile(ThingsBoardMode mode, String name, String ruleChainId, String authority) {
        String file = switch (mode) {
            case MANAGED -> "device-profile-managed.json";
            case CHAIN -> "device-profile-chain.json";
        };
        return filled(file, Map.of("@PROFILE_NAME@", name, "@RULE_CHAIN_ID@", ruleChainId, "@CA_PEM@", authority));
    }

    /** A placeholder is the whole of a text, so that nothing has to be escaped. */
    private static ObjectNode filled(String file, Map<String, String> values) {
        return (ObjectNode) filled(read(file), values);
    }

    private static JsonNode filled(JsonNode node, Map<String, String> values) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(filled(field.getValue(), values)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, filled(array.get(i), values));
            }
        }
        String value = values.get(node.asText());
        return value == null ? node : TextNode.valueOf(value);
    }

    private static JsonNode read(String file) {
        try (InputStream in = ShippedFiles.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in the artifact");
            }
            return Json.parse(in.readAllBytes()).orElseThrow(() -> new IllegalStateException(file + " is not JSON"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
