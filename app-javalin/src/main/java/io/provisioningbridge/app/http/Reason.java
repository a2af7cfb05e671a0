package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import java.util.Set;
import java.util.regex.Pattern;

/** Why an operator does something, for the audit trail. May be left out. */
final class Reason {

    private static final String NAME = "reason";
    private static final Pattern ALLOWED = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{0,500}");

    private Reason() {}

    /** @throws ProblemException 400 or 422 */
    static String inQuery(Context ctx) {
        return judged(QueryParameters.of(ctx, Set.of(NAME)).text(NAME));
    }

    /** Of a body that may be missing altogether. @throws ProblemException 400, 415 or 422 */
    static String inBody(Context ctx) {
        if (BodyFirst.of(ctx).length == 0) {
            return "";
        }
        return judged(RequestBody.plain(ctx)
                .json()
                .refuseOthersThan(Set.of(NAME))
                .optionalText(NAME)
                .orElse(""));
    }

    /** For the log. */
    static String shown(String reason) {
        return reason.isEmpty() ? "-" : reason;
    }

    private static String judged(String text) {
        if (!ALLOWED.matcher(text).matches()) {
            throw new ProblemException(
                    ProblemType.INVALID_REASON, "'reason' is one line of at most 500 characters, all of them visible.");
        }
        return text;
    }
}
