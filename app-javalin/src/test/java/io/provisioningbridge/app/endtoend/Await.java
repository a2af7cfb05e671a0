package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what another process does. */
final class Await {

    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private Await() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, LONGEST, condition);
    }

    static void until(String what, Duration longest, Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(longest);
        while (!condition.call()) {
            if (Instant.now().isAfter(end)) {
                fail("waited in vain until " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }
}
