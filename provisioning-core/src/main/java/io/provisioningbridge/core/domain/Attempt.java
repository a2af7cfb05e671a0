package io.provisioningbridge.core.domain;

import java.time.Instant;

/**
 * A certificate key that was tried for a known device and proved nothing; an operator who knows better can allow it.
 *
 * @param key what it is known by
 * @param at when it was tried last
 * @param source where from, as far as known: an IP address
 */
public record Attempt(KeyHash key, Instant at, String source) {

    /** How many distinct keys are kept for each device. */
    public static final int KEPT = 8;
}
