package io.provisioningbridge.offenders.other;

import io.javalin.http.Context;

/** Breaks: HTTP stays at the edge. */
final class AnswersHttp {

    void answer(Context context) {
        context.status(500);
    }
}
