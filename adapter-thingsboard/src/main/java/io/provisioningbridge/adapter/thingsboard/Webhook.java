package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * Where ThingsBoard is to report what happens to devices. Immutable.
 *
 * @param url as ThingsBoard reaches it
 * @param secret what it sends along; every tenant administrator can read it in the rule chain
 */
public record Webhook(URI url, Secret secret) {

    /** The path below the bridge's public URL. */
    public static final String PATH = "/webhooks/thingsboard";

    // Without '$': ThingsBoard would take "${…}" and "$[…]" for patterns to be filled in.
    private static final Pattern HEADER_VALUE = Pattern.compile("[!-~&&[^$]]+");

    public Webhook {
        if (!url.toString().matches("https?://[^$]+")) {
            throw new IllegalArgumentException("the webhook's URL is http(s), and without '$'");
        }
        if (!HEADER_VALUE.matcher(secret.reveal()).matches()) {
            throw new IllegalArgumentException("the webhook's secret is printable ASCII without spaces and '$'");
        }
    }

    /** @param bridge its public URL, perhaps with a path, which is kept */
    public static Webhook below(URI bridge, Secret secret) {
        String base = bridge.toString();
        return new Webhook(
                URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + PATH), secret);
    }
}
