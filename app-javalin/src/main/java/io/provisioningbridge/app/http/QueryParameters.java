package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The query of a request, in which a name nobody knows is as wrong as a value nobody understands. */
final class QueryParameters {

    static final int MAX_LIMIT = 1000;

    private static final int USUAL_LIMIT = 100;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");

    private final Context ctx;

    private QueryParameters(Context ctx) {
        this.ctx = ctx;
    }

    /** @throws ProblemException 400 for any other parameter, or one that is given twice */
    static QueryParameters of(Context ctx, Set<String> known) {
        for (var parameter : ctx.queryParamMap().entrySet()) {
            if (!known.contains(parameter.getKey()) || parameter.getValue().size() != 1) {
                throw invalid(
                        "Known are " + String.join(", ", known.stream().sorted().toList()) + ", each at most once.");
            }
        }
        return new QueryParameters(ctx);
    }

    /** Empty when it is not there. */
    String text(String name) {
        List<String> values = ctx.queryParams(name);
        return values.isEmpty() ? "" : values.get(0);
    }

    /** How many a page holds. @throws ProblemException 400 */
    int limit() {
        String text = text("limit");
        int limit = text.isEmpty() ? USUAL_LIMIT : NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("'limit' is a number from 1 to " + MAX_LIMIT + ".");
        }
        return limit;
    }

    static ProblemException invalid(String detail) {
        return new ProblemException(ProblemType.INVALID_PARAMETER, detail);
    }

    static ProblemException invalidCursor() {
        return invalid("'cursor' is the 'next_cursor' of the page before.");
    }
}
