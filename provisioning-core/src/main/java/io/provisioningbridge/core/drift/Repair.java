package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.Backend;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a repair set going.
 *
 * @param of when the report began that was repaired
 * @param lanes how many lanes fell behind, by system; those without any are left out
 * @param directory what becomes of the peer directory
 * @param left how many findings nothing was done about: what is not the bridge's, what an operator has to see to, and what
 *     the report only counts
 */
public record Repair(Instant of, Map<Backend, Integer> lanes, Directory directory, int left) {

    /** What becomes of the peer directory. */
    public enum Directory {
        /** It is as it should be, as far as it could be read. */
        UNTOUCHED,
        /** It is published again. */
        PUBLISHED_AGAIN,
        /** It is not published again, because it holds entries of others, which would be lost by that. */
        LEFT_TO_OTHERS
    }

    public Repair {
        Map<Backend, Integer> ordered = new EnumMap<>(Backend.class);
        ordered.putAll(lanes);
        lanes = Collections.unmodifiableMap(ordered);
    }
}
