package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.core.Operations;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.operation.ExplainDevice.Explanation;
import io.provisioningbridge.core.port.WorkQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /devices/{id}/suspend}, {@code /resume} and {@code /readmit}, and {@code GET /devices/{id}/explanation}.
 */
final class LifecycleRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(LifecycleRoutes.class);

    private final Operations operations;
    private final WorkQueue queue;
    private final Bulkhead bulkhead;

    LifecycleRoutes(Operations operations, WorkQueue queue, Bulkhead bulkhead) {
        this.operations = operations;
        this.queue = queue;
        this.bulkhead = bulkhead;
    }

    void suspend(Context ctx) {
        DeviceId id = DeviceReading.idOf(ctx);
        String reason = Reason.inBody(ctx);
        ObjectNode answer = DeviceReading.ask(bulkhead, () -> {
            var result = operations.suspend(id, Settling.operatorOf(ctx), reason);
            return withLanes(Settling.deviceOf(result, id));
        });
        LOG.info("{} is suspended: {}", id, Reason.shown(reason));
        ctx.contentType("application/json").result(Json.write(answer));
    }

    void resume(Context ctx) {
        DeviceId id = DeviceReading.idOf(ctx);
        String reason = Reason.inBody(ctx);
        ObjectNode answer = DeviceReading.ask(bulkhead, () -> {
            var result = operations.resume(id, Settling.operatorOf(ctx), reason);
            return withLanes(Settling.deviceOf(result, id));
        });
        LOG.info("{} is in service: {}", id, Reason.shown(reason));
        ctx.contentType("application/json").result(Json.write(answer));
    }

    void readmit(Context ctx) {
        DeviceId id = DeviceReading.idOf(ctx);
        String reason = Reason.inBody(ctx);
        Device gone = DeviceReading.ask(
                bulkhead, () -> Settling.deviceOf(operations.readmit(id, Settling.operatorOf(ctx), reason), id));
        LOG.info("{} may enroll anew: {}", id, Reason.shown(reason));
        ObjectNode answer = Json.object()
                .put("device_id", gone.id().text())
                .put("ended_incarnation", gone.incarnation().number());
        ctx.contentType("application/json").result(Json.write(answer));
    }

    void explain(Context ctx) {
        DeviceId id = DeviceReading.idOf(ctx);
        Explanation explanation = DeviceReading.ask(bulkhead, () -> operations.explain(id));
        ctx.contentType("application/json").result(Json.write(ExplanationJson.of(explanation)));
    }

    private ObjectNode withLanes(Device device) {
        return DeviceJson.withLanes(device, queue.lanes(device.id()));
    }
}
