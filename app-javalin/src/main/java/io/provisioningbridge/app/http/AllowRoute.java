package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.provisioningbridge.core.Operations;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.operation.AllowReenrollment;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /devices/{id}/allow-reenrollment}. */
final class AllowRoute {

    private static final Logger LOG = LoggerFactory.getLogger(AllowRoute.class);
    private static final String KEY = "key_sha256";
    private static final Pattern HASH = Pattern.compile("[0-9A-Fa-f]{64}");

    private final Operations operations;
    private final Bulkhead bulkhead;

    AllowRoute(Operations operations, Bulkhead bulkhead) {
        this.operations = operations;
        this.bulkhead = bulkhead;
    }

    void handle(Context ctx) {
        DeviceId id = DeviceReading.idOf(ctx);
        KeyHash key = keyIn(RequestBody.plain(ctx).json().refuseOthersThan(Set.of(KEY)));
        RequestInfo info = RequestInfo.of(ctx);
        AllowReenrollment.Result result = DeviceReading.ask(
                bulkhead, () -> operations.allowReenrollment(id, key, "operator, request " + info.id()));
        AllowReenrollment.Result.Allowed allowed = allowed(result, id);
        LOG.info("key {} is allowed for {} until {}", key, id, allowed.expires());
        ObjectNode answer = Json.object()
                .put("device_id", id.text())
                .put(KEY, key.hex())
                .put("expires", Dialect.rfc3339(allowed.expires()));
        ctx.contentType("application/json").result(Json.write(answer));
    }

    private static AllowReenrollment.Result.Allowed allowed(AllowReenrollment.Result result, DeviceId id) {
        if (result instanceof AllowReenrollment.Result.Allowed allowed) {
            return allowed;
        }
        if (result instanceof AllowReenrollment.Result.SwitchedOff) {
            throw new ProblemException(
                    ProblemType.ALLOWANCES_OFF,
                    "REENROLLMENT=never takes signed renewals only; decommission and readmit the device, or start the"
                            + " bridge with REENROLLMENT=proof.");
        }
        throw result instanceof AllowReenrollment.Result.UnknownDevice
                ? DeviceReading.unknown(id)
                : new ProblemException(
                        ProblemType.DEVICE_DECOMMISSIONED,
                        "The device was taken out of service; nothing can enroll it.");
    }

    private static KeyHash keyIn(JsonBody body) {
        String hex = body.requiredText(KEY);
        if (!HASH.matcher(hex).matches()) {
            throw new ProblemException(
                    ProblemType.INVALID_KEY_HASH,
                    "'key_sha256' is 64 hex digits, as the device's 409 and GET /devices/{id} show them.");
        }
        return new KeyHash(hex.toLowerCase(Locale.ROOT));
    }
}
