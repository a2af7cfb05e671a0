package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * A device profile.
 *
 * @param json as it was posted, with its id and version
 * @param provisionDeviceKey hash of the first certificate of the secret; empty for a profile that provisions nothing
 */
record Profile(String id, int version, String name, String provisionDeviceKey, ObjectNode json) {

    private static final String CHAIN = "X509_CERTIFICATE_CHAIN";
    private static final String END = "-----END CERTIFICATE-----";

    static Profile of(String id, int version, JsonNode body) {
        ObjectNode json = body.deepCopy();
        json.put("version", version);
        json.set("id", Json.id("DEVICE_PROFILE", id));
        JsonNode provision = provision(json);
        String secret = provision.path("provisionDeviceSecret").asText("");
        int end = secret.indexOf(END);
        String key = CHAIN.equals(json.path("provisionType").asText()) && end >= 0
                ? Credential.hash(Credential.trimmed(secret.substring(0, end)))
                : "";
        return new Profile(id, version, json.path("name").asText(), key, json);
    }

    boolean createsDevices() {
        return provision(json).path("allowCreateNewDevicesByX509Certificate").asBoolean(false);
    }

    Optional<String> ruleChain() {
        String id = json.path("defaultRuleChainId").path("id").asText("");
        return id.isEmpty() ? Optional.empty() : Optional.of(id);
    }

    /** The device's name by the profile's pattern; empty when it does not match. */
    Optional<String> deviceName(X509Certificate leaf) {
        String pattern = provision(json).path("certificateRegExPattern").asText("");
        Matcher matcher = Pattern.compile(pattern).matcher(commonName(leaf));
        return matcher.find() && matcher.groupCount() >= 1 ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static JsonNode provision(JsonNode json) {
        return json.path("profileData").path("provisionConfiguration");
    }

    private static String commonName(X509Certificate certificate) {
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(rdn.getValue());
                }
            }
            return "";
        } catch (InvalidNameException e) {
            throw new IllegalStateException("the name of a certificate can be read", e);
        }
    }
}
