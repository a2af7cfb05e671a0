package io.provisioningbridge.app.http;

import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the device listener serves.
 *
 * @param enroll the use case, such as {@code bridge::enroll}
 * @param authorities the CA certificates in force, such as {@code authority::authorities}; may throw
 *     {@link io.provisioningbridge.core.port.BackendUnavailableException}
 * @param readiness what {@code /health/ready} tells
 */
public record DeviceApi(
        Function<EnrollmentRequest, EnrollmentResult> enroll,
        Supplier<List<X509Certificate>> authorities,
        Readiness readiness) {}
