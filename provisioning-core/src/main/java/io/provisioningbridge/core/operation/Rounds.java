package io.provisioningbridge.core.operation;

import java.util.Optional;
import java.util.function.Supplier;

/** Looks, decides, commits; and does it again when somebody else changed the device in between. */
public final class Rounds {

    private static final int MOST = 8;

    private Rounds() {}

    /** @param round empty for a conflict: once more */
    public static LifecycleResult until(Supplier<Optional<LifecycleResult>> round) {
        for (int i = 0; i < MOST; i++) {
            Optional<LifecycleResult> result = round.get();
            if (result.isPresent()) {
                return result.get();
            }
        }
        return new LifecycleResult.Busy();
    }
}
