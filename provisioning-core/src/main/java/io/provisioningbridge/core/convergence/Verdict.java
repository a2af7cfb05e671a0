package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How one device's lane went. */
sealed interface Verdict {

    /** @param again when to look once more; empty for not before something changes */
    record Done(Observation observation, Optional<Instant> again) implements Verdict {}

    /** @param retryAfter what the system asks for, at least */
    record Unavailable(String problem, Duration retryAfter) implements Verdict {}

    record Refused(String problem) implements Verdict {}
}
