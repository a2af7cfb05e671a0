package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.RenewalControl.Renewal;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator should know about the device provisioner: settings that work and are unwise. Each is logged once. Safe for
 * concurrent use.
 */
final class ProvisionerAdvice {

    /** X.509 extended key usage of a TLS server. */
    static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private static final Logger LOG = LoggerFactory.getLogger(ProvisionerAdvice.class);

    private static final String SERVER_LEAVES =
            "device certificates are good for TLS servers too (serverAuth), so a device can pose as whatever it is named;"
                    + " give the provisioner a template with clientAuth only";

    private final Set<String> given = new CopyOnWriteArraySet<>();
    private volatile Renewal renewal = Renewal.UNKNOWN;

    List<String> given() {
        return List.copyOf(given);
    }

    /** What the provisioner that was looked at last allows. */
    Renewal renewal() {
        return renewal;
    }

    /** Looks at a provisioner as step-ca lists it; its claims and template are public. */
    void lookAt(JsonNode provisioner) {
        String name = provisioner.path("name").asText("");
        boolean disabled = provisioner.path("claims").path("disableRenewal").asBoolean(false);
        renewal = disabled ? Renewal.DISABLED : Renewal.POSSIBLE;
        if (!disabled) {
            give("provisioner '" + name
                    + "' lets devices renew their certificates at step-ca, behind the bridge's back, so"
                    + " that decommissioning misses the new ones; set its claim disableRenewal to true");
        }
        JsonNode x509 = provisioner.path("options").path("x509");
        String template = x509.path("template").asText("");
        boolean ownTemplate =
                !template.isEmpty() || !x509.path("templateFile").asText("").isEmpty();
        // One that looks at the token may well decide by its purpose; what it really does shows in the first
        // certificate.
        if (!ownTemplate || (template.contains("serverAuth") && !template.contains(".Token"))) {
            give(SERVER_LEAVES);
        }
    }

    /** Looks at a device certificate. */
    void lookAt(X509Certificate deviceLeaf) {
        if (isForServers(deviceLeaf)) {
            give(SERVER_LEAVES);
        }
    }

    static boolean isForServers(X509Certificate leaf) {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            return usages != null && usages.contains(SERVER_AUTH);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private void give(String advice) {
        if (given.add(advice)) {
            LOG.warn("step-ca: {}", advice);
        }
    }
}
