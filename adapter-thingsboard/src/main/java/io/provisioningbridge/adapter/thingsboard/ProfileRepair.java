package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings into an installed device profile how it admits devices, and a rule chain where it has none; all else is the operator's.
 */
final class ProfileRepair {

    private static final String TYPE = "provisionType";
    private static final String CHAIN = "defaultRuleChainId";
    private static final String SECRET = "provisionDeviceSecret";
    private static final String PATTERN = "certificateRegExPattern";
    private static final String CREATES = "allowCreateNewDevicesByX509Certificate";
    private static final String PEM_FRAME = "-----(BEGIN|END) CERTIFICATE-----|\\s";
    private static final String END = "-----END CERTIFICATE-----";

    private ProfileRepair() {}

    /**
     * @param profile as it should be
     * @param changes from what it was, in words; none when nothing is to be done
     */
    record Repaired(ObjectNode profile, List<String> changes) {}

    /** @param profile as ThingsBoard answered it; is not changed */
    static Repaired of(ObjectNode profile, ObjectNode shipped) {
        ObjectNode wanted = profile.deepCopy();
        List<String> changes = new ArrayList<>();
        if (chainOf(profile).isEmpty()) {
            wanted.set(CHAIN, shipped.path(CHAIN));
            changes.add("gives it the rule chain");
        }
        int others = changes.size();
        admission(profile, shipped, changes);
        if (changes.size() > others) {
            wanted.set(TYPE, shipped.path(TYPE));
            wanted.withObject("/profileData").set("provisionConfiguration", provision(shipped));
            // ThingsBoard makes it from the certificate; of one that is no longer there it would stay.
            wanted.remove("provisionDeviceKey");
        }
        return new Repaired(wanted, changes);
    }

    /** The id of the profile's own rule chain; empty when it has none. */
    static Optional<String> chainOf(JsonNode profile) {
        JsonNode chain = profile.path(CHAIN);
        return chain.path("id").asText("").isEmpty()
                ? Optional.empty()
                : Optional.of(EntityId.checked("reading the device profile", chain));
    }

    private static void admission(JsonNode profile, JsonNode shipped, List<String> changes) {
        String type = profile.path(TYPE).asText("");
        if (!type.equals(shipped.path(TYPE).asText())) {
            changes.add("admits devices by " + shipped.path(TYPE).asText() + " instead of " + type);
            return;
        }
        JsonNode is = provision(profile);
        JsonNode wanted = provision(shipped);
        if (!firstCertificate(is).equals(firstCertificate(wanted))) {
            changes.add("trusts another CA certificate");
        }
        if (wanted.has(PATTERN) && !is.path(PATTERN).equals(wanted.path(PATTERN))) {
            changes.add("takes the device's name from the certificate by "
                    + wanted.path(PATTERN).asText() + " instead of "
                    + is.path(PATTERN).asText());
        }
        if (is.path(CREATES).asBoolean(false)) {
            changes.add("makes no devices by itself");
        }
    }

    private static JsonNode provision(JsonNode profile) {
        return profile.path("profileData").path("provisionConfiguration");
    }

    /** Its base64 without lines, which ThingsBoard may break otherwise; the first one is what it goes by. */
    private static String firstCertificate(JsonNode provision) {
        String text = provision.path(SECRET).asText("");
        int end = text.indexOf(END);
        return (end < 0 ? text : text.substring(0, end)).replaceAll(PEM_FRAME, "");
    }
}
