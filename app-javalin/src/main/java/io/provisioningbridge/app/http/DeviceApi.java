package io.provisioningbridge.app.http;

import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.core.enrollment.Confirmation;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.SignedRequestReader;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the device listener serves.
 *
 * @param enroll the use case, such as {@code bridge::enroll}
 * @param confirm the use case, such as {@code bridge::confirm}
 * @param signedRequests takes CMS bodies apart
 * @param authorities the CA certificates in force, such as {@code authority::authorities}; may throw
 *     {@link io.provisioningbridge.core.port.BackendUnavailableException}
 * @param services what enrolled devices are told of other servers
 * @param webhook what the platform's webhook serves
 * @param readiness what {@code /health/ready} tells
 */
public record DeviceApi(
        Function<EnrollmentRequest, EnrollmentResult> enroll,
        Function<Confirmation, ConfirmationResult> confirm,
        SignedRequestReader signedRequests,
        Supplier<List<X509Certificate>> authorities,
        ServicesConfig services,
        WebhookApi webhook,
        Readiness readiness) {}
