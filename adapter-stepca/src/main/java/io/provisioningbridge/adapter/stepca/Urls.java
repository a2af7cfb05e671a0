package io.provisioningbridge.adapter.stepca;

import java.net.URI;
import java.util.Locale;

/** Addresses below a base URL. */
final class Urls {

    private Urls() {}

    /** {@code path}, beginning with a slash, below a base that may end with one or have a path of its own. */
    static URI below(URI base, String path) {
        String text = base.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
    }

    /**
     * The audience of a token for {@code path}. step-ca compares scheme, host and path with its own, the host
     * case-sensitively, and ignores the port (observed: step-ca v0.30.2); a prefix that a proxy takes off is none of it.
     */
    static String audience(URI base, String path) {
        return "https://" + base.getRawAuthority().toLowerCase(Locale.ROOT) + path;
    }
}
