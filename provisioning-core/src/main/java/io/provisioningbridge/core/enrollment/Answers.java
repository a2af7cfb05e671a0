package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.domain.TunnelAddress;
import java.util.Optional;

/** The answer to an enrolled device, the same from a fresh certificate as from a stored one. */
final class Answers {

    private Answers() {}

    static EnrollmentResult enrolled(
            DeviceCertificate certificate, TunnelAddress address, String configuration, Optional<Secret> targetToken) {
        return new EnrollmentResult.Enrolled(
                certificate.device(),
                certificate.pem(),
                certificate.chainPem(),
                configuration,
                address,
                certificate.notAfter(),
                RenewalSchedule.renewAfter(certificate),
                targetToken);
    }
}
