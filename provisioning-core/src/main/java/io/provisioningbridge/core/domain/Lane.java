package io.provisioningbridge.core.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * How far one outside system is behind for one device. A lane counts what was wanted (generations) and what was done, and
 * remembers nothing else: whoever works on it reads anew what should be.
 *
 * @param device in the spelling of first enrollment
 * @param backend the system
 * @param generation one more with every change of what should be; from 1
 * @param applied the generation the system was last brought to; 0 for none
 * @param failed given up until somebody retries it, or what should be changes again
 * @param since when it fell behind; when it was last done, if it is not behind
 * @param nextTry when it is worked on next; empty when it is done, or failed
 * @param attempts made in vain since {@code since}
 * @param problem what the last one failed with; empty when none did
 * @param observation what is known of the system since it was last done; empty when it never was, or not since the
 *     device was taken out of service
 */
public record Lane(
        DeviceId device,
        Backend backend,
        long generation,
        long applied,
        boolean failed,
        Instant since,
        Optional<Instant> nextTry,
        int attempts,
        String problem,
        Optional<Observation> observation) {

    /** What lanes are listed by. */
    public enum State {
        /** Behind, and going to be worked on. */
        DUE,
        /** As it should be; it may be looked at again. */
        DONE,
        /** Given up. */
        FAILED
    }

    public Lane {
        if (generation < 1 || applied < 0 || applied > generation) {
            throw new IllegalArgumentException("a lane cannot be at " + applied + " of " + generation);
        }
    }

    public State state() {
        if (failed) {
            return State.FAILED;
        }
        return applied == generation ? State.DONE : State.DUE;
    }
}
