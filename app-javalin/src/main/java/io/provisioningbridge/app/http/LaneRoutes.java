package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.core.Operations;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.WorkQueue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /lanes} and {@code POST /lanes/retry}. */
final class LaneRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(LaneRoutes.class);
    private static final int AT_ONCE = 500;
    private static final String DEVICE = "device_id";
    private static final String STATE = "state";
    private static final String SYSTEM = "system";

    private final Operations operations;
    private final WorkQueue queue;
    private final Bulkhead bulkhead;

    LaneRoutes(Operations operations, WorkQueue queue, Bulkhead bulkhead) {
        this.operations = operations;
        this.queue = queue;
        this.bulkhead = bulkhead;
    }

    void list(Context ctx) {
        LaneQuery query = LaneQuery.of(ctx);
        List<Lane> page = DeviceReading.ask(bulkhead, () -> queue.list(query.state(), query.after(), query.limit()));
        ObjectNode answer = Json.object();
        ArrayNode lanes = answer.putArray("lanes");
        page.forEach(lane -> lanes.add(LaneJson.withDevice(lane)));
        if (page.size() == query.limit()) {
            answer.put("next_cursor", LaneQuery.cursorAfter(page.get(page.size() - 1)));
        }
        ctx.contentType("application/json").result(Json.write(answer));
    }

    void retry(Context ctx) {
        JsonBody body = RequestBody.plain(ctx).json().refuseOthersThan(Set.of(DEVICE, STATE, SYSTEM));
        Backend backend = systemIn(body);
        String operator = Settling.operatorOf(ctx);
        if (body.has(DEVICE) == body.has(STATE)) {
            throw new ProblemException(
                    ProblemType.MALFORMED_BODY,
                    "Give either 'device_id', or 'state': \"failed\" for all that gave up.");
        }
        int retried = body.has(DEVICE)
                ? retryOne(deviceIn(body), backend, operator)
                : retryFailed(body.requiredText(STATE), backend, operator);
        LOG.info("{} lanes of {} are tried again", retried, LaneJson.system(backend));
        ctx.contentType("application/json").result(Json.write(Json.object().put("retried", retried)));
    }

    private int retryOne(DeviceId id, Backend backend, String operator) {
        return DeviceReading.ask(bulkhead, () -> {
            Lane lane = queue.lanes(id).stream()
                    .filter(found -> found.backend() == backend)
                    .findFirst()
                    .orElseThrow(() -> new ProblemException(
                            ProblemType.UNKNOWN_LANE,
                            "There is nothing at that system for " + id + "; GET /lanes lists what there is."));
            operations.retry(Set.of(lane.device()), backend, operator);
            return 1;
        });
    }

    private int retryFailed(String state, Backend backend, String operator) {
        if (!state.equals(DeviceJson.word(Lane.State.FAILED))) {
            throw new ProblemException(
                    ProblemType.MALFORMED_BODY, "'state' can only be \"failed\"; the others are tried anyway.");
        }
        return DeviceReading.ask(bulkhead, () -> {
            int retried = 0;
            Optional<Lane> last = Optional.empty();
            List<Lane> page;
            do {
                page = queue.list(Lane.State.FAILED, last, AT_ONCE);
                Set<DeviceId> devices = page.stream()
                        .filter(lane -> lane.backend() == backend)
                        .map(Lane::device)
                        .collect(Collectors.toSet());
                if (!devices.isEmpty()) {
                    operations.retry(devices, backend, operator);
                }
                retried += devices.size();
                last = page.isEmpty() ? Optional.empty() : Optional.of(page.get(page.size() - 1));
            } while (page.size() == AT_ONCE);
            return retried;
        });
    }

    private static DeviceId deviceIn(JsonBody body) {
        String text = body.requiredText(DEVICE);
        RequestScope.concerns(text);
        return DeviceId.parse(text).fold(id -> id, problem -> {
            throw new ProblemException(ProblemType.INVALID_DEVICE_ID, problem);
        });
    }

    private static Backend systemIn(JsonBody body) {
        return LaneJson.systemNamed(body.requiredText(SYSTEM))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.INVALID_SYSTEM, "'system' is one of: " + LaneJson.systems() + "."));
    }
}
