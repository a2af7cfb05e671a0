package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Parses the URLs a client appends paths to: scheme, host, perhaps a port and a path prefix, no trailing slash. */
final class BaseUrl {

    private BaseUrl() {}

    /** An {@code https} URL, nothing less. */
    static Parsed<URI> parseHttps(String text) {
        return parse(text)
                .fold(
                        url -> url.getScheme().equals("https")
                                ? Parsed.valid(url)
                                : Parsed.invalid(Quoted.of(text) + " is not safe: use https"),
                        Parsed::invalid);
    }

    /** An {@code http} or {@code https} URL. */
    static Parsed<URI> parse(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            return Parsed.invalid(Quoted.of(text) + " is not a URL such as https://ca.example.com:9000");
        }
        String problem = problemOf(url);
        return problem.isEmpty() ? Parsed.valid(normalized(url)) : Parsed.invalid(Quoted.of(text) + " " + problem);
    }

    private static String problemOf(URI url) {
        if (url.getScheme() == null || !url.getScheme().toLowerCase(Locale.ROOT).matches("https?")) {
            return "does not begin with https:// (or http:// where that is allowed)";
        }
        if (url.getRawUserInfo() != null) {
            return "must not hold a user or password; they have variables of their own";
        }
        if (url.getHost() == null) {
            return "has no valid host name (an underscore is not allowed in one)";
        }
        if (url.getPort() == 0 || url.getPort() > 65535) {
            return "has no port between 1 and 65535";
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            return "must end before any '?' or '#'";
        }
        return "";
    }

    private static URI normalized(URI url) {
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return URI.create(url.getScheme().toLowerCase(Locale.ROOT)
                + "://"
                + url.getHost().toLowerCase(Locale.ROOT)
                + port
                + url.getRawPath().replaceFirst("/+$", ""));
    }
}
