package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.core.drift.Drift;
import io.provisioningbridge.core.drift.DriftReport;
import io.provisioningbridge.core.drift.Finding;
import io.provisioningbridge.core.drift.Repair;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /drift}, {@code POST /drift/check} and {@code POST /drift/repair}. */
final class DriftRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(DriftRoutes.class);

    private final Drift drift;
    private final Bulkhead bulkhead;

    DriftRoutes(Drift drift, Bulkhead bulkhead) {
        this.drift = drift;
        this.bulkhead = bulkhead;
    }

    void show(Context ctx) {
        DriftQuery query = DriftQuery.of(ctx);
        Optional<DriftReport> report = drift.report();
        ctx.contentType("application/json")
                .result(Json.write(report.map(made -> page(query, made)).orElseGet(DriftJson::nothingYet)));
    }

    private static ObjectNode page(DriftQuery query, DriftReport report) {
        List<Finding> found = query.page(report);
        boolean more = found.size() > query.limit();
        List<Finding> page = more ? found.subList(0, query.limit()) : found;
        ObjectNode answer = DriftJson.page(report, page);
        if (more) {
            answer.put("next_cursor", DriftQuery.cursorAfter(page.get(page.size() - 1)));
        }
        return answer;
    }

    void check(Context ctx) {
        expectNothing(ctx);
        ObjectNode answer = Json.object().put("asked", drift.ask().toString());
        ctx.status(202).contentType("application/json").result(Json.write(answer));
    }

    void repair(Context ctx) {
        expectNothing(ctx);
        Repair repair = DeviceReading.ask(bulkhead, () -> drift.repair(Settling.operatorOf(ctx)))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_COMPARED_YET,
                        "Nothing was compared since the bridge was started; POST /drift/check has it done."));
        LOG.info("drift is repaired: lanes {}, peer directory {}", repair.lanes(), repair.directory());
        ctx.contentType("application/json").result(Json.write(DriftJson.repair(repair)));
    }

    /** A body says nothing here, and what it was meant to say should not be ignored. */
    private static void expectNothing(Context ctx) {
        if (BodyFirst.of(ctx).length > 0) {
            RequestBody.plain(ctx).json().refuseOthersThan(Set.of());
        }
    }
}
