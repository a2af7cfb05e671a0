package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DeviceQuery;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /devices}, {@code GET /devices/{id}} and {@code GET /devices/{id}/events}. */
final class DeviceReading {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceReading.class);

    private final DeviceStore store;
    private final WorkQueue queue;
    private final Bulkhead bulkhead;

    DeviceReading(DeviceStore store, WorkQueue queue, Bulkhead bulkhead) {
        this.store = store;
        this.queue = queue;
        this.bulkhead = bulkhead;
    }

    void list(Context ctx) {
        DeviceQuery query = DeviceQueries.of(ctx);
        List<Device> page = ask(bulkhead, () -> store.list(query));
        ObjectNode answer = Json.object();
        ArrayNode devices = answer.putArray("devices");
        page.forEach(device -> devices.add(DeviceJson.summary(device)));
        if (page.size() == query.limit()) {
            answer.put("next_cursor", DeviceQueries.cursorAfter(page.get(page.size() - 1)));
        }
        ctx.contentType("application/json").result(Json.write(answer));
    }

    void show(Context ctx) {
        DeviceId id = idOf(ctx);
        ObjectNode answer = ask(
                bulkhead,
                () -> store.find(id)
                        .map(device ->
                                DeviceJson.whole(device, store.certificates(id), store.attempts(id), queue.lanes(id)))
                        .orElseThrow(() -> unknown(id)));
        ctx.contentType("application/json").result(Json.write(answer));
    }

    void events(Context ctx) {
        DeviceId id = idOf(ctx);
        List<AuditEvent> events = ask(bulkhead, () -> store.events(id));
        if (events.isEmpty()) {
            throw unknown(id);
        }
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("events");
        events.forEach(event -> list.add(DeviceJson.event(event)));
        ctx.contentType("application/json").result(Json.write(answer));
    }

    /** The device of the path. @throws ProblemException 422 */
    static DeviceId idOf(Context ctx) {
        String text = ctx.pathParam("id");
        RequestScope.concerns(text);
        return DeviceId.parse(text).fold(id -> id, problem -> {
            throw new ProblemException(ProblemType.INVALID_DEVICE_ID, problem);
        });
    }

    static ProblemException unknown(DeviceId id) {
        return new ProblemException(
                ProblemType.UNKNOWN_DEVICE, "No device is enrolled as " + id + "; GET /devices lists those that are.");
    }

    /** What the store answers. @throws ProblemException 503 */
    static <T> T ask(Bulkhead bulkhead, Supplier<T> question) {
        try {
            return bulkhead.call(question);
        } catch (BackendUnavailableException e) {
            LOG.warn("the store cannot be asked: {}", e.getMessage());
            throw new ProblemException(
                    Problem.of(ProblemType.STORE_UNAVAILABLE, "The store cannot be read or written; ask again later.")
                            .retryAfter(e.retryAfter()));
        }
    }
}
