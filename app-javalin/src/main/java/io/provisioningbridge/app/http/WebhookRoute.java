package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.postconnect.ConnectionResult;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /webhooks/thingsboard}: the platform tells what happened to a device. On a queue that retries, it repeats a call
 * until that is answered with 2xx, every few seconds and for ever, and tells nothing of its other devices of that partition
 * meanwhile (observed: ThingsBoard CE 4.4). So whatever no repetition makes better is answered with 200: only a wrong secret,
 * which somebody has to correct over there, and a store that is down are not.
 */
final class WebhookRoute {

    static final String PATH = "/webhooks/thingsboard";
    static final String SECRET = "X-Webhook-Secret";

    private static final Logger LOG = LoggerFactory.getLogger(WebhookRoute.class);

    private static final Set<DeviceState> IN_SERVICE = EnumSet.of(DeviceState.ENROLLED, DeviceState.CONNECTED);

    private final WebhookApi api;
    private final Bulkhead bulkhead;

    WebhookRoute(WebhookApi api, Bulkhead bulkhead) {
        this.api = api;
        this.bulkhead = bulkhead;
    }

    void handle(Context ctx) {
        RequestInfo info = RequestInfo.of(ctx);
        if (!api.secrets().accept(Optional.ofNullable(ctx.header(SECRET)).orElse(""))) {
            // Not by an exception: that would write a line of the log each time.
            api.activity().refused(info.clientText());
            refuse(ctx);
            return;
        }
        api.activity().accepted();
        WebhookAnswer answer = answer(ctx, info);
        ctx.contentType("application/json").result(Json.write(answer.json()));
    }

    private static void refuse(Context ctx) {
        ctx.header("WWW-Authenticate", SECRET + " realm=\"provisioning-bridge\"");
        ProblemAnswers.send(
                ctx,
                Problem.of(
                        ProblemType.WEBHOOK_SECRET_NEEDED,
                        "Send the header '" + SECRET + "' with a secret of BRIDGE_WEBHOOK_SECRET."));
    }

    private WebhookAnswer answer(Context ctx, RequestInfo info) {
        PlatformEvent event;
        try {
            if (BodyFirst.wasTooLarge(ctx)) {
                throw new ProblemException(ProblemType.BODY_TOO_LARGE, "The body is too large to be read.");
            }
            // Whatever it is announced as: that is up to who wrote the rule chain.
            event = PlatformEvent.of(JsonBody.parse(BodyFirst.of(ctx)));
        } catch (ProblemException e) {
            api.activity().unreadable();
            LOG.warn(
                    "a webhook call of {} is ignored: {}",
                    info.clientText(),
                    e.problem().detail());
            return WebhookAnswer.ignored(Optional.empty(), e.problem().detail());
        }
        if (event.kind() == PlatformEvent.Kind.OTHER) {
            return WebhookAnswer.ignored(event.device(), "such events do not concern the bridge");
        }
        return answer(event, info);
    }

    private WebhookAnswer answer(PlatformEvent event, RequestInfo info) {
        if (event.device().isEmpty()) {
            return told(event, info, WebhookAnswer.ignored(Optional.empty(), "the call names no device"));
        }
        String named = event.device().get();
        RequestScope.concerns(named);
        return DeviceId.parse(named)
                .fold(
                        proper -> event.kind() == PlatformEvent.Kind.DELETED
                                ? deleted(event, proper, info)
                                : connected(event, proper, info),
                        problem -> unknown(event, named, problem));
    }

    private WebhookAnswer connected(PlatformEvent event, DeviceId id, RequestInfo info) {
        ConnectionResult result =
                DeviceReading.ask(bulkhead, () -> api.connected().apply(id, "webhook, request " + info.id()));
        return result instanceof ConnectionResult.Ignored ignored
                ? unknown(event, id.text(), ignored.reason())
                : told(event, info, WebhookAnswer.of(id.text(), result));
    }

    /** Changes nothing: whether the device is to be there again is judged elsewhere. */
    private WebhookAnswer deleted(PlatformEvent event, DeviceId id, RequestInfo info) {
        Optional<Device> device = DeviceReading.ask(
                        bulkhead, () -> api.devices().apply(id))
                .filter(found -> found.id().equals(id));
        if (device.isEmpty()) {
            return unknown(event, id.text(), "no device goes by this id");
        }
        if (!IN_SERVICE.contains(device.get().state())) {
            return told(
                    event,
                    info,
                    WebhookAnswer.ignored(
                            Optional.of(id.text()), "the device is not in service and need not be there"));
        }
        api.drift().accept(id);
        return told(
                event,
                info,
                WebhookAnswer.ignored(
                        Optional.of(id.text()),
                        "the device is in service and was deleted at the platform: that is drift"));
    }

    private static WebhookAnswer told(PlatformEvent event, RequestInfo info, WebhookAnswer answer) {
        LOG.info("webhook, {} for {}: {}", DeviceJson.word(event.kind()), info.clientText(), answer.reason());
        return answer;
    }

    /** There may be many where others have devices in the same profile: they have a line of the log a minute together. */
    private WebhookAnswer unknown(PlatformEvent event, String named, String why) {
        api.activity().unknown(named, event.name());
        return WebhookAnswer.ignored(Optional.of(named), why);
    }
}
