package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.core.enrollment.Confirmation;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.port.SignedRequestReader;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /devices/{id}/confirm}: the device has stored the certificate whose key signed the request. */
final class ConfirmRoute {

    private static final Logger LOG = LoggerFactory.getLogger(ConfirmRoute.class);

    private final Function<Confirmation, ConfirmationResult> confirm;
    private final SignedRequestReader reader;
    private final Bulkhead bulkhead;

    ConfirmRoute(Function<Confirmation, ConfirmationResult> confirm, SignedRequestReader reader, Bulkhead bulkhead) {
        this.confirm = confirm;
        this.reader = reader;
        this.bulkhead = bulkhead;
    }

    void handle(Context ctx) {
        String id = ctx.pathParam("id");
        RequestScope.concerns(id);
        RequestInfo info = RequestInfo.of(ctx);
        RequestBody body = RequestBody.signed(ctx, reader);
        String serial = body.json().requiredText("serial");
        Confirmation confirmation =
                new Confirmation(id, serial, body.signature().orElseThrow(), info.id());
        ObjectNode answer = bulkhead.call(() -> confirm.apply(confirmation))
                .fold(
                        confirmed -> Json.object()
                                .put("status", "confirmed")
                                .put("device_id", id)
                                .put("serial", serial),
                        refused -> {
                            throw new ProblemException(ProblemType.of(refused.reason()), refused.detail());
                        },
                        deferred -> {
                            throw new ProblemException(Problem.of(ProblemType.CONFIRMATION_DEFERRED, deferred.detail())
                                    .retryAfter(deferred.retryAfter()));
                        });
        LOG.info("{} confirmed serial {} for {}", id, serial, info.clientText());
        ctx.contentType("application/json").result(Json.write(answer));
    }
}
