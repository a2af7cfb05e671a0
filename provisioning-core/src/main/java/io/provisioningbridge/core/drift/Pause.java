package io.provisioningbridge.core.drift;

import java.time.Duration;

/** How a thread waits before it asks an outside system again. */
@FunctionalInterface
public interface Pause {

    /**
     * Waits so long.
     *
     * @throws InterruptedException at once when the thread is interrupted, or was already
     */
    void rest(Duration length) throws InterruptedException;
}
