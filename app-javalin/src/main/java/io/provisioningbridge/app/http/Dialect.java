package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** One way in which devices ask to be enrolled and are answered; the use case is the same for all. */
interface Dialect {

    /** @throws ProblemException 400 or 422 */
    EnrollmentRequest decode(String id, JsonBody body);

    ObjectNode encode(EnrollmentResult.Enrolled enrolled);

    /** The members all dialects have in common, beside a certificate request. */
    static EnrollmentRequest request(String id, String csrPem, JsonBody body) {
        EnrollmentRequest request = EnrollmentRequest.of(id, csrPem)
                .withLabels(
                        body.optionalText("device_name").orElse(""),
                        body.optionalText("device_type").orElse(""));
        Optional<String> peerKey = body.optionalText("wg_public_key");
        return peerKey.map(request::withPeerKey).orElse(request);
    }

    /** Whole seconds, UTC. */
    static String rfc3339(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
