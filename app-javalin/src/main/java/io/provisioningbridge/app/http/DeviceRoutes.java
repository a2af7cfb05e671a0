package io.provisioningbridge.app.http;

import io.javalin.config.RoutesConfig;

/** Everything the device listener answers. */
final class DeviceRoutes {

    private DeviceRoutes() {}

    /** @param webhookCalls apart from the rest: neither devices nor the platform take the other's place */
    static void register(RoutesConfig routes, DeviceApi api, Bulkhead bulkhead, Bulkhead webhookCalls) {
        EnrollRoute enroll = new EnrollRoute(api, bulkhead);
        ConfirmRoute confirm = new ConfirmRoute(api.confirm(), api.signedRequests(), bulkhead);
        TrustRoutes trust = new TrustRoutes(api.authorities(), bulkhead);
        HealthRoutes health = new HealthRoutes(api.readiness());
        routes.post("/devices/{id}/enroll", enroll::byPath);
        routes.post("/devices/{id}/confirm", confirm::handle);
        routes.post("/v1/enroll", enroll::byBody);
        routes.post(WebhookRoute.PATH, new WebhookRoute(api.webhook(), webhookCalls)::handle);
        HttpServer.get(routes, "/pki/roots", trust::roots);
        HttpServer.get(routes, "/pki/roots/{sha256}", trust::byFingerprint);
        HttpServer.get(routes, "/health/live", health::live);
        HttpServer.get(routes, "/health/ready", health::ready);
    }
}
