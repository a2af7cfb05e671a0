package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/** {@code GET /webhook}. */
final class WebhookActivityRoute {

    private final WebhookActivity activity;

    WebhookActivityRoute(WebhookActivity activity) {
        this.activity = activity;
    }

    void show(Context ctx) {
        ObjectNode answer = Json.object()
                .put("since", Dialect.rfc3339(activity.since()))
                .put("accepted", activity.acceptedCalls())
                .put("refused", activity.refusedCalls())
                .put("unreadable", activity.unreadableCalls())
                .put("unknown", activity.unknownCalls());
        ArrayNode unknown = answer.putArray("unknown_devices");
        activity.unknownDevices()
                .forEach(call -> unknown.addObject()
                        .put("device_id", call.deviceId())
                        .put("event", call.event())
                        .put("at", Dialect.rfc3339(call.at())));
        ctx.contentType("application/json").result(Json.write(answer));
    }
}
