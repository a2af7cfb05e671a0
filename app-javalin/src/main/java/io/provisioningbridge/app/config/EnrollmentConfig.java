package io.provisioningbridge.app.config;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What holds for enrollments.
 *
 * @param reservedIds ids no new device may have, lower case: {@code localhost}, every host name the configuration
 *     mentions, and those the operator listed
 * @param certificateLifetime asked of the CA; empty: its default
 */
public record EnrollmentConfig(Set<String> reservedIds, Optional<Duration> certificateLifetime) {

    public EnrollmentConfig {
        reservedIds = Set.copyOf(reservedIds);
    }
}
