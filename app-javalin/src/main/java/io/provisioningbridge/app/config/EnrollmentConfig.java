package io.provisioningbridge.app.config;

import io.provisioningbridge.core.enrollment.Reenrollment;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What holds for enrollments.
 *
 * @param reservedIds ids no new device may have, lower case: {@code localhost}, every host name the configuration
 *     mentions, and those the operator listed
 * @param certificateLifetime asked of the CA; empty: its default
 * @param reenrollment what it takes to change a known device's keys
 */
public record EnrollmentConfig(
        Set<String> reservedIds, Optional<Duration> certificateLifetime, Reenrollment reenrollment) {

    public EnrollmentConfig {
        reservedIds = Set.copyOf(reservedIds);
    }
}
