package io.provisioningbridge.core.domain;

import java.time.Instant;

/**
 * What is known of an outside system, and how well.
 *
 * @param at when it was looked at, or written to
 * @param evidence how it is known
 * @param what for people; holds no secret
 */
public record Observation(Instant at, Evidence evidence, String what) {

    /** How an effect is known, weakest first. */
    public enum Evidence {
        /** Written where the system is going to read it; whether it did, nobody tells. */
        PROJECTED,
        /** The system said that it did it. */
        ACKNOWLEDGED,
        /** It was read back from the system. */
        OBSERVED;

        /** The weaker of two. */
        public Evidence and(Evidence other) {
            return compareTo(other) <= 0 ? this : other;
        }
    }
}
