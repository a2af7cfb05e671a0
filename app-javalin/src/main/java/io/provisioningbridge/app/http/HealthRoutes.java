package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.app.http.HealthCheck.Weight;
import io.provisioningbridge.app.http.Readiness.Finding;
import java.util.List;

/** {@code GET /health/live} and {@code GET /health/ready}. */
final class HealthRoutes {

    private final Readiness readiness;

    HealthRoutes(Readiness readiness) {
        this.readiness = readiness;
    }

    void live(Context ctx) {
        ctx.contentType("application/json").result(Json.write(Json.object().put("status", "live")));
    }

    void ready(Context ctx) {
        List<Finding> findings = readiness.findings();
        if (findings.stream().anyMatch(finding -> finding.failing() && finding.weight() == Weight.REQUIRED)) {
            Problem notReady = Problem.of(
                            ProblemType.NOT_READY, "The bridge cannot serve devices now; 'checks' says what is wrong.")
                    .retryAfter(Readiness.INTERVAL)
                    .with(document -> list(document, findings));
            ProblemAnswers.send(ctx, notReady);
            return;
        }
        ObjectNode answer =
                Json.object().put("status", findings.stream().anyMatch(Finding::failing) ? "degraded" : "ready");
        list(answer, findings);
        ctx.contentType("application/json").result(Json.write(answer));
    }

    private static void list(ObjectNode document, List<Finding> findings) {
        ArrayNode checks = document.putArray("checks");
        for (Finding finding : findings) {
            ObjectNode check = checks.addObject()
                    .put("name", finding.name())
                    .put("status", finding.failing() ? "failing" : "ok")
                    .put("required", finding.weight() == Weight.REQUIRED);
            finding.problem().ifPresent(problem -> check.put("detail", problem));
        }
    }
}
