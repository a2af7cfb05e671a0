package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The calls of one system during one comparison. It takes thousands of them, so that one in vain is to be expected, and no
 * reason to give up what all others told. Not safe for concurrent use.
 */
final class Calls {

    private static final int TRIES = 4;
    // A system that asks for more is away: the round is gone on with elsewhere.
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    // Altogether, so that a system that fails at every other call holds nobody up for hours.
    private static final Duration MOST_REST = Duration.ofMinutes(10);
    // So many one after the other are about the system, and not about those devices.
    private static final int MOST_REFUSED = 50;
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final int STEPS = 30;

    private final Pause pause;
    private Duration rested = Duration.ZERO;
    private int refused;

    Calls(Pause pause) {
        this.pause = pause;
    }

    /**
     * Makes a call, and again after a while where it cannot be answered now.
     *
     * @throws BackendUnavailableException it still cannot, or the thread is interrupted
     */
    <T> T ask(Supplier<T> call) {
        for (int attempt = 1; true; attempt++) {
            try {
                return call.get();
            } catch (BackendUnavailableException e) {
                Duration all = rested.plus(e.retryAfter());
                boolean isWorthIt =
                        attempt < TRIES && e.retryAfter().compareTo(LONGEST_REST) <= 0 && all.compareTo(MOST_REST) <= 0;
                if (!isWorthIt || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                rested = all;
                rest(e.retryAfter());
            }
        }
    }

    /**
     * Likewise, about one device among many: that the system refuses to tell of it keeps nobody from the others.
     *
     * @param unreadable what is said then, given why
     */
    <T> T askOfOne(Supplier<T> call, Function<String, T> unreadable) {
        try {
            T answer = ask(call);
            refused = 0;
            return answer;
        } catch (BackendRefusedException e) {
            refused++;
            if (refused > MOST_REFUSED) {
                throw e;
            }
            return unreadable.apply(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Waits some seconds for something to become so.
     *
     * @return whether it has
     */
    boolean await(BooleanSupplier condition) {
        for (int step = 0; step < STEPS && !condition.getAsBoolean(); step++) {
            rest(STEP);
        }
        return condition.getAsBoolean();
    }

    private void rest(Duration length) {
        try {
            pause.rest(length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("the calling thread is interrupted", Effect.NONE, e);
        }
    }
}
