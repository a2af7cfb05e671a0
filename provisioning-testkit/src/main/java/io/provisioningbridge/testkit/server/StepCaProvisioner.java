package io.provisioningbridge.testkit.server;

import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JWK provisioner of a {@link StepCaServer}: its key, how that is encrypted, and what it allows. Immutable. */
public final class StepCaProvisioner {

    /** PBKDF2 iterations as step 0.21 writes them; newer ones write 600,000. */
    public static final int DEFAULT_ITERATIONS = 100_000;

    /** Leaves good for {@code clientAuth} only, whatever the token says. */
    private static final String CLIENT_AUTH = leafTemplate("\"clientAuth\"");

    /** Leaves good for {@code serverAuth} when the token's purpose is {@code server}, for {@code clientAuth} otherwise. */
    private static final String BY_PURPOSE = leafTemplate(
            "{{ if eq (toString .Token.purpose) \"server\" }}\"serverAuth\"{{ else }}\"clientAuth\"{{ end }}");

    private final String name;
    private final String publicJwk;
    private final String encryptedKey;
    private final KeyPair key;
    private final String password;
    private final Map<String, String> claims;
    private final String template;

    private StepCaProvisioner(
            String name,
            KeyPair key,
            String password,
            String encryptedKey,
            Map<String, String> claims,
            String template) {
        this.name = name;
        this.key = key;
        this.password = password;
        this.publicJwk = ProvisionerJwk.publicJson(key);
        this.encryptedKey = encryptedKey;
        this.claims = Map.copyOf(claims);
        this.template = template;
    }

    /** With a new key, step-ca's default template and its default claims. */
    public static StepCaProvisioner of(String name, String password) {
        KeyPair key = CertificateHierarchy.newKey();
        return new StepCaProvisioner(
                name, key, password, ProvisionerJwk.encrypted(key, password, DEFAULT_ITERATIONS), Map.of(), "");
    }

    /** The same key, encrypted with another number of PBKDF2 iterations. */
    public StepCaProvisioner iterations(int iterations) {
        return new StepCaProvisioner(
                name, key, password, ProvisionerJwk.encrypted(key, password, iterations), claims, template);
    }

    /** Another key under the same name and password, as after a rotation. */
    public StepCaProvisioner rotated() {
        KeyPair next = CertificateHierarchy.newKey();
        return new StepCaProvisioner(
                name, next, password, ProvisionerJwk.encrypted(next, password, DEFAULT_ITERATIONS), claims, template);
    }

    /** The same provisioner under another name. */
    public StepCaProvisioner named(String otherName) {
        return new StepCaProvisioner(otherName, key, password, encryptedKey, claims, template);
    }

    /** Without the encrypted private key, as when it was added with its public key only. */
    public StepCaProvisioner withoutEncryptedKey() {
        return new StepCaProvisioner(name, key, password, "", claims, template);
    }

    /** Device leaves are good for {@code clientAuth} only, and so is every other. */
    public StepCaProvisioner clientAuthOnly() {
        return new StepCaProvisioner(name, key, password, encryptedKey, claims, CLIENT_AUTH);
    }

    /** Leaves are good for {@code clientAuth}, or for {@code serverAuth} where the token's {@code purpose} is {@code server}. */
    public StepCaProvisioner byPurpose() {
        return new StepCaProvisioner(name, key, password, encryptedKey, claims, BY_PURPOSE);
    }

    /** With a template of one's own, in step-ca's template language. */
    public StepCaProvisioner template(String text) {
        return new StepCaProvisioner(name, key, password, encryptedKey, claims, text);
    }

    /** Certificates cannot be renewed at the authority itself. */
    public StepCaProvisioner renewalDisabled() {
        return claim("disableRenewal", "true");
    }

    /** How long certificates live, in whole seconds. */
    public StepCaProvisioner lifetimes(Duration least, Duration usual, Duration most) {
        return claim("minTLSCertDuration", duration(least))
                .claim("defaultTLSCertDuration", duration(usual))
                .claim("maxTLSCertDuration", duration(most));
    }

    private StepCaProvisioner claim(String claim, String json) {
        Map<String, String> more = new LinkedHashMap<>(claims);
        more.put(claim, json);
        return new StepCaProvisioner(name, key, password, encryptedKey, more, template);
    }

    public String name() {
        return name;
    }

    public String password() {
        return password;
    }

    /** As it stands in {@code ca.json}, and as step-ca lists it to everybody. */
    public String json() {
        List<String> members = new ArrayList<>(
                List.of("\"type\": \"JWK\"", "\"name\": " + StepCaConfiguration.quoted(name), "\"key\": " + publicJwk));
        if (!encryptedKey.isEmpty()) {
            members.add("\"encryptedKey\": " + StepCaConfiguration.quoted(encryptedKey));
        }
        if (!claims.isEmpty()) {
            List<String> entries = new ArrayList<>();
            claims.forEach((claim, json) -> entries.add("\"" + claim + "\": " + json));
            members.add("\"claims\": {" + String.join(", ", entries) + "}");
        }
        if (!template.isEmpty()) {
            members.add("\"options\": {\"x509\": {\"template\": " + StepCaConfiguration.quoted(template) + "}}");
        }
        return "{" + String.join(", ", members) + "}";
    }

    private static String duration(Duration duration) {
        return "\"" + duration.toSeconds() + "s\"";
    }

    private static String leafTemplate(String extendedKeyUsage) {
        return "{ \"subject\": {{ toJson .Subject }}, \"sans\": {{ toJson .SANs }}, \"keyUsage\": [\"digitalSignature\"],"
                + " \"extKeyUsage\": [" + extendedKeyUsage + "] }";
    }
}
