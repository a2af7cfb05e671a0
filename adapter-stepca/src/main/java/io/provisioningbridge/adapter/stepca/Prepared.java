package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something the authority has to be asked for before it can be used: got in the background, one attempt at a time, kept, and
 * tried again until it is there. Who needs it earlier waits for the attempt under way, or starts the next one. Safe for
 * concurrent use.
 */
final class Prepared<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Prepared.class);
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final String what;
    private final Function<Deadline, T> loader;
    private final Duration patience;
    private final Executor background;

    private @Nullable T value;
    private @Nullable CompletableFuture<T> attempt;
    private boolean retryPlanned;
    private boolean closed;
    private String problem;

    /**
     * @param what in words, for messages
     * @param loader gets it within the deadline or throws a {@link BackendException}
     * @param patience for one attempt
     * @param background runs the attempts, never in the calling thread
     */
    Prepared(String what, Function<Deadline, T> loader, Duration patience, Executor background) {
        this.what = what;
        this.loader = loader;
        this.patience = patience;
        this.background = background;
        this.problem = what + " is not known yet";
    }

    /** Begins to get it, if that has not begun. */
    synchronized void start() {
        if (value == null && attempt == null) {
            begin(new CompletableFuture<>());
        }
    }

    /**
     * What is there, or becomes there before the deadline.
     *
     * @throws BackendUnavailableException with nothing done, when the attempt failed or takes too long
     */
    T get(Deadline deadline) {
        CompletableFuture<T> running;
        synchronized (this) {
            if (value != null) {
                return value;
            }
            running = attempt();
        }
        return await(running, deadline);
    }

    /** Gets it anew, unless somebody else already replaced {@code stale}; otherwise like {@link #get}. */
    T replace(T stale, Deadline deadline) {
        synchronized (this) {
            if (stale.equals(value)) {
                value = null;
                problem = what + " is being asked for again";
            }
        }
        return get(deadline);
    }

    /** Puts in what was learned in another way. */
    synchronized void set(T learned) {
        value = learned;
        problem = "";
    }

    /** What is there now. */
    synchronized Optional<T> now() {
        return Optional.ofNullable(value);
    }

    /** Why nothing is there; empty when something is. */
    synchronized String problem() {
        return value == null ? problem : "";
    }

    /** No more attempts; those who wait are told. */
    synchronized void close() {
        closed = true;
        if (attempt != null) {
            attempt.completeExceptionally(closedException());
        }
    }

    /** Holding the lock. */
    private CompletableFuture<T> attempt() {
        if (attempt != null) {
            return attempt;
        }
        CompletableFuture<T> begun = new CompletableFuture<>();
        begin(begun);
        return begun;
    }

    /** Holding the lock. */
    private void begin(CompletableFuture<T> begun) {
        if (closed) {
            begun.completeExceptionally(closedException());
            return;
        }
        attempt = begun;
        try {
            background.execute(() -> load(begun));
        } catch (RejectedExecutionException e) {
            attempt = null;
            begun.completeExceptionally(closedException());
        }
    }

    private void load(CompletableFuture<T> running) {
        try {
            T loaded = loader.apply(Deadline.in(patience));
            synchronized (this) {
                set(loaded);
                attempt = null;
            }
            LOG.info("step-ca: {} is known", what);
            running.complete(loaded);
        } catch (BackendException e) {
            failed(running, e);
        } catch (RuntimeException | Error bug) {
            LOG.error("step-ca: {} could not be had", what, bug);
            failed(running, bug);
        }
    }

    private void failed(CompletableFuture<T> running, Throwable failure) {
        String why = String.valueOf(failure.getMessage());
        synchronized (this) {
            attempt = null;
            if (!why.equals(problem)) {
                LOG.error("step-ca: {} cannot be had, and is tried again: {}", what, why);
            }
            problem = why;
            planRetry();
        }
        running.completeExceptionally(failure);
    }

    /** Holding the lock. */
    private void planRetry() {
        if (!retryPlanned && !closed) {
            retryPlanned = true;
            CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS, background)
                    .execute(this::retry);
        }
    }

    private synchronized void retry() {
        retryPlanned = false;
        if (!closed) {
            start();
        }
    }

    private T await(CompletableFuture<T> running, Deadline deadline) {
        try {
            return running.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while waiting for " + what, Effect.NONE);
        } catch (TimeoutException e) {
            throw new BackendUnavailableException(what + " is not known yet", Effect.NONE);
        } catch (ExecutionException e) {
            throw new BackendUnavailableException(
                    String.valueOf(
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
                    Effect.NONE,
                    e);
        }
    }

    private static BackendUnavailableException closedException() {
        return new BackendUnavailableException("the connection to step-ca is closed", Effect.NONE);
    }
}
