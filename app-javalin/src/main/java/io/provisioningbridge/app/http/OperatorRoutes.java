package io.provisioningbridge.app.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.provisioningbridge.app.http.OperatorTokens.Role;
import java.util.Optional;

/** Everything the operator listener answers, and to whom. Strangers are not even told which paths there are. */
final class OperatorRoutes {

    private static final String ROLE = Role.class.getName();
    private static final String CHALLENGE = "Bearer realm=\"provisioning-bridge\"";

    private OperatorRoutes() {}

    static void register(RoutesConfig routes, OperatorApi api, Bulkhead bulkhead) {
        DeviceReading reading = new DeviceReading(api.devices(), api.lanes(), bulkhead);
        AllowRoute allow = new AllowRoute(api.operations(), bulkhead);
        LifecycleRoutes lifecycle = new LifecycleRoutes(api.operations(), api.lanes(), bulkhead);
        DecommissionRoutes decommission = new DecommissionRoutes(api.operations(), api.receipts(), bulkhead);
        TrustRoutes trust = new TrustRoutes(api.authorities(), bulkhead);
        LaneRoutes lanes = new LaneRoutes(api.operations(), api.lanes(), bulkhead);
        DriftRoutes drift = new DriftRoutes(api.drift(), bulkhead);
        routes.before(ctx -> authenticate(ctx, api.tokens()));
        HttpServer.get(routes, "/devices", reading::list);
        HttpServer.get(routes, "/devices/{id}", reading::show);
        HttpServer.get(routes, "/devices/{id}/events", reading::events);
        routes.post("/devices/{id}/allow-reenrollment", operatorsOnly(allow::handle));
        routes.post("/devices/{id}/suspend", operatorsOnly(lifecycle::suspend));
        routes.post("/devices/{id}/resume", operatorsOnly(lifecycle::resume));
        routes.post("/devices/{id}/readmit", operatorsOnly(lifecycle::readmit));
        routes.delete("/devices/{id}", operatorsOnly(decommission::decommission));
        HttpServer.get(routes, "/devices/{id}/receipt", decommission::receipt);
        HttpServer.get(routes, "/devices/{id}/explanation", lifecycle::explain);
        HttpServer.get(routes, "/lanes", lanes::list);
        routes.post("/lanes/retry", operatorsOnly(lanes::retry));
        HttpServer.get(routes, "/drift", drift::show);
        routes.post("/drift/check", operatorsOnly(drift::check));
        routes.post("/drift/repair", operatorsOnly(drift::repair));
        HttpServer.get(routes, "/webhook", new WebhookActivityRoute(api.webhook())::show);
        HttpServer.get(routes, "/pki/chain", trust::chain);
    }

    private static void authenticate(Context ctx, OperatorTokens tokens) {
        String presented = Optional.ofNullable(ctx.header("Authorization")).orElse("");
        Optional<Role> role = tokens.roleOf(presented);
        if (role.isEmpty()) {
            ctx.header("WWW-Authenticate", presented.isEmpty() ? CHALLENGE : CHALLENGE + ", error=\"invalid_token\"");
            throw new ProblemException(
                    ProblemType.TOKEN_NEEDED,
                    "Send 'Authorization: Bearer TOKEN' with the operator's or the viewer's token of this bridge.");
        }
        ctx.attribute(ROLE, role.get());
    }

    private static Handler operatorsOnly(Handler handler) {
        return ctx -> {
            if (ctx.attribute(ROLE) != Role.OPERATOR) {
                ctx.header("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\"");
                throw new ProblemException(ProblemType.OPERATORS_ONLY, "Use the operator's token for this.");
            }
            handler.handle(ctx);
        };
    }
}
