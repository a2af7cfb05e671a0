package io.provisioningbridge.app.config;

import io.provisioningbridge.core.domain.Parsed;
import io.provisioningbridge.core.domain.Secret;
import java.util.regex.Pattern;

/** A bearer token (RFC 6750) as operators send it. */
public final class OperatorToken {

    private static final int SHORTEST = 16;
    private static final int LONGEST = 512;
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private OperatorToken() {}

    /** A token that a header can carry and nobody can guess. The problem does not repeat it. */
    public static Parsed<Secret> parse(String text) {
        if (text.length() < SHORTEST || text.length() > LONGEST) {
            return Parsed.invalid("must have 16 to 512 characters; `openssl rand -hex 32` makes a good one");
        }
        return SHAPE.matcher(text).matches()
                ? Parsed.valid(new Secret(text))
                : Parsed.invalid("may hold only letters, digits and - . _ ~ + / (and = at its end)");
    }
}
