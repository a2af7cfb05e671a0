package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.DeviceCertificate;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;

/** When a device renews: after two thirds of its certificate's life, spread over the next twelfth by its serial number. */
final class RenewalSchedule {

    private static final BigInteger SLOTS = BigInteger.valueOf(4096);

    private RenewalSchedule() {}

    /** The same answer for the same certificate, so that a repeated request is answered alike. Whole seconds. */
    static Instant renewAfter(DeviceCertificate certificate) {
        Duration life = Duration.between(certificate.notBefore(), certificate.notAfter());
        long slot = certificate.serial().mod(SLOTS).longValue();
        long jitterSeconds = life.toSeconds() / 12 * slot / SLOTS.longValue();
        return certificate.notBefore().plusSeconds(life.toSeconds() * 2 / 3 + jitterSeconds);
    }
}
