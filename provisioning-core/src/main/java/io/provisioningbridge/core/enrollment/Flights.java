package io.provisioningbridge.core.enrollment;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Issuances under way in this process, so that a repeated request can wait for the first one. They exclude nobody: that is
 * the intent's task in the store.
 */
final class Flights {

    private final ConcurrentMap<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    /** Whether this caller is the first; if so it must {@link #end} the flight. */
    boolean begin(Application application) {
        return underWay.putIfAbsent(name(application), new CompletableFuture<>()) == null;
    }

    void end(Application application) {
        CompletableFuture<Void> flight = underWay.remove(name(application));
        if (flight != null) {
            flight.complete(null);
        }
    }

    /** What became of waiting for a flight. */
    enum Wait {
        ENDED,
        /** There is none here: it has ended just now, or is another process's. */
        NONE,
        /** It takes too long, or the waiting thread was interrupted. */
        GIVEN_UP
    }

    /** Waits for the end of the flight. */
    Wait awaitEnd(Application application, Duration longest) {
        CompletableFuture<Void> flight = underWay.get(name(application));
        if (flight == null) {
            return Wait.NONE;
        }
        try {
            flight.get(longest.toMillis(), TimeUnit.MILLISECONDS);
            return Wait.ENDED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Wait.GIVEN_UP;
        } catch (TimeoutException e) {
            return Wait.GIVEN_UP;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a flight never fails, it ends", e);
        }
    }

    private static String name(Application application) {
        return application.id().key() + ' ' + application.key();
    }
}
