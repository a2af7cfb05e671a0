package io.provisioningbridge.simulators.thingsboard;

import java.time.Duration;

/**
 * How the rule engine's queues wait.
 *
 * @param retryPause between an attempt that failed and the next
 * @param processingTimeout after which an attempt counts as failed, whatever becomes of it
 */
public record Timing(Duration retryPause, Duration processingTimeout) {

    /** As observed: 5 s and 2 s. */
    public static final Timing REAL = new Timing(Duration.ofSeconds(5), Duration.ofSeconds(2));
}
