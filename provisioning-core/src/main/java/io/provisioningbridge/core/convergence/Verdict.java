package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How one device's lane went, and what that says of the system. */
sealed interface Verdict {

    /** @param again when to look once more; empty for not before something changes */
    record Done(Observation observation, Optional<Instant> again) implements Verdict {}

    /** Nothing is wanted of the system, which was not asked. Otherwise as {@link Done}. */
    record Unasked(Observation observation, Optional<Instant> again) implements Verdict {}

    record Refused(String problem) implements Verdict {}

    /** Its turn did not come, or not to its end: it keeps it. */
    record Postponed() implements Verdict {}

    /** Tried in vain, and to be tried again. */
    sealed interface InVain extends Verdict {

        String problem();

        /** How long to wait at least; at most {@link Backoff#LONGEST}. */
        Duration retryAfter();
    }

    /** This device has to wait; the system is there. */
    record Later(String problem, Duration retryAfter) implements InVain {

        public Later {
            retryAfter = Backoff.bounded(retryAfter);
        }
    }

    /** It went wrong, and only another device shows whether that is the system's trouble or this one's. */
    record Troubled(String problem, Duration retryAfter) implements InVain {

        public Troubled {
            retryAfter = Backoff.bounded(retryAfter);
        }
    }

    /** The system is not there, for no device. */
    record Unavailable(String problem, Duration retryAfter) implements InVain {

        public Unavailable {
            retryAfter = Backoff.bounded(retryAfter);
        }
    }

    /** Whether the system answered something that is about the device. */
    default boolean isAnswered() {
        return this instanceof Done || this instanceof Refused || this instanceof Later;
    }
}
