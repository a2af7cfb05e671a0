package io.provisioningbridge.offenders.core.enrollment;

import java.time.Instant;

/** Breaks: the core takes time as a parameter; and holds a static that can change. */
public final class TellsTheTime {

    static Instant last = Instant.EPOCH;

    Instant now() {
        last = Instant.now();
        return last;
    }
}
