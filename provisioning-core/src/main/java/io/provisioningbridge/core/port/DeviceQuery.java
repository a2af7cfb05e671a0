package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.DeviceState;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which devices to list, a page at a time.
 *
 * @param states those wanted; empty is all
 * @param contains part of the id, in any spelling; empty is any
 * @param after the {@linkplain io.provisioningbridge.core.domain.DeviceId#key() key} of the last device of the page before;
 *     empty begins
 * @param limit at most this many, 1 to 1000
 */
public record DeviceQuery(Set<DeviceState> states, String contains, String after, int limit) {

    public static final int MAX_LIMIT = 1000;

    public DeviceQuery {
        states = states.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(states));
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("a page has 1 to 1000 devices, not " + limit);
        }
    }

    /** The first page of all devices. */
    public static DeviceQuery all(int limit) {
        return new DeviceQuery(Set.of(), "", "", limit);
    }
}
