package io.provisioningbridge.app.http;

import io.javalin.http.Context;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.SignedRequestReader;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /devices/{id}/enroll}, and {@code POST /v1/enroll} of older devices. */
final class EnrollRoute {

    private static final Logger LOG = LoggerFactory.getLogger(EnrollRoute.class);

    private static final Dialect NAMED_DEVICE = new NamedDeviceDialect();
    private static final Dialect FLAT = new FlatDialect();

    private final Function<EnrollmentRequest, EnrollmentResult> enroll;
    private final SignedRequestReader reader;
    private final Dialect current;
    private final Bulkhead bulkhead;

    EnrollRoute(DeviceApi api, Bulkhead bulkhead) {
        this.enroll = api.enroll();
        this.reader = api.signedRequests();
        this.current = new CurrentDialect(api.services());
        this.bulkhead = bulkhead;
    }

    void byPath(Context ctx) {
        String id = ctx.pathParam("id");
        RequestScope.concerns(id);
        RequestBody body = RequestBody.either(ctx, reader);
        Dialect dialect = dialectOf(body.json());
        EnrollmentRequest request = dialect.decode(id, body.json());
        handle(ctx, dialect, body.signature().map(request::signed).orElse(request));
    }

    void byBody(Context ctx) {
        JsonBody body = RequestBody.plain(ctx).json();
        String id = body.requiredText("device_id");
        RequestScope.concerns(id);
        handle(ctx, FLAT, FLAT.decode(id, body));
    }

    private void handle(Context ctx, Dialect dialect, EnrollmentRequest decoded) {
        RequestInfo info = RequestInfo.of(ctx);
        EnrollmentRequest request = decoded.from(info.id(), info.clientText());
        EnrollmentResult.Enrolled enrolled = bulkhead.call(() -> enroll.apply(request))
                .fold(
                        Function.identity(),
                        refused -> {
                            throw new ProblemException(Problem.of(refused));
                        },
                        deferred -> {
                            throw new ProblemException(Problem.of(deferred));
                        });
        LOG.info("enrolled {} at {} for {}", enrolled.deviceId(), enrolled.address(), info.clientText());
        ctx.contentType("application/json").result(Json.write(dialect.encode(enrolled)));
    }

    private Dialect dialectOf(JsonBody body) {
        boolean older = body.has(NamedDeviceDialect.CSR);
        if (older && body.has(CurrentDialect.CSR)) {
            throw new ProblemException(
                    ProblemType.MALFORMED_BODY, "Send either 'csr_pem' or, as older devices do, 'csr'; not both.");
        }
        return older ? NAMED_DEVICE : current;
    }
}
