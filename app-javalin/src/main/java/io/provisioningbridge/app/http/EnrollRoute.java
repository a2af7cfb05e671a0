package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** {@code POST /devices/{id}/enroll}. */
final class EnrollRoute implements Handler {

    private static final Logger LOG = LoggerFactory.getLogger(EnrollRoute.class);
    private static final int LOGGED_ID_LENGTH = 80;

    private final Function<EnrollmentRequest, EnrollmentResult> enroll;
    private final Bulkhead bulkhead;

    EnrollRoute(Function<EnrollmentRequest, EnrollmentResult> enroll, Bulkhead bulkhead) {
        this.enroll = enroll;
        this.bulkhead = bulkhead;
    }

    @Override
    public void handle(Context ctx) {
        RequestInfo info = RequestInfo.of(ctx);
        String id = ctx.pathParam("id");
        MDC.put(RequestScope.MDC_DEVICE, loggable(id));
        EnrollmentRequest request = decode(id, JsonBody.of(ctx)).causedBy(info.id());
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
        ctx.contentType("application/json").result(encode(enrolled));
    }

    private static EnrollmentRequest decode(String id, JsonBody body) {
        EnrollmentRequest request = EnrollmentRequest.of(id, body.requiredText("csr_pem"))
                .withLabels(
                        body.optionalText("device_name").orElse(""),
                        body.optionalText("device_type").orElse(""));
        Optional<String> peerKey = body.optionalText("wg_public_key");
        return peerKey.map(request::withPeerKey).orElse(request);
    }

    private static byte[] encode(EnrollmentResult.Enrolled enrolled) {
        ObjectNode answer = Json.object()
                .put("device_id", enrolled.deviceId().text())
                .put("cert", enrolled.certificatePem())
                .put("ca_chain", enrolled.chainPem())
                .put("wg", enrolled.tunnelConfiguration())
                .put("wireguard_ip", enrolled.address().toString())
                .put("not_after", rfc3339(enrolled.notAfter()))
                .put("renew_after", rfc3339(enrolled.renewAfter()));
        return Json.write(answer);
    }

    private static String rfc3339(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** An id nobody has judged yet must not be able to write lines into the log. */
    private static String loggable(String id) {
        String printable = id.replaceAll("[^\\x21-\\x7e]", "?");
        return printable.length() <= LOGGED_ID_LENGTH ? printable : printable.substring(0, LOGGED_ID_LENGTH) + "...";
    }
}
