package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request says its body is. */
enum MediaType {
    /** {@code application/json} in UTF-8. */
    JSON,
    /** {@code application/pkcs7-mime} (RFC 8551): a CMS message in DER. */
    CMS;

    private static final Pattern CHARSET = Pattern.compile("charset=(.*)");
    private static final Set<String> UTF_8 = Set.of("utf-8", "\"utf-8\"", "utf8");

    /** Empty when it is neither, or the body is encoded. */
    static Optional<MediaType> of(Context ctx) {
        String encoding = Optional.ofNullable(ctx.header("Content-Encoding")).orElse("identity");
        if (!encoding.strip().equalsIgnoreCase("identity")) {
            return Optional.empty();
        }
        String[] parts = Optional.ofNullable(ctx.header("Content-Type"))
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .split(";", -1);
        return switch (parts[0].strip()) {
            case "application/json" -> isUtf8(parts) ? Optional.of(JSON) : Optional.empty();
            case "application/pkcs7-mime" -> Optional.of(CMS);
            default -> Optional.empty();
        };
    }

    private static boolean isUtf8(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            Matcher charset = CHARSET.matcher(parts[i].strip());
            if (charset.matches() && !UTF_8.contains(charset.group(1))) {
                return false;
            }
        }
        return true;
    }
}
