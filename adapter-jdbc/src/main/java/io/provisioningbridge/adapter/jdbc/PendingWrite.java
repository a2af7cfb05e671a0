package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** Something that waits to be written, and its caller who waits for the answer. */
final class PendingWrite<T> {

    private enum Stage {
        QUEUED,
        BEING_WRITTEN,
        GIVEN_UP
    }

    private final Write<T> write;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.QUEUED);
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    PendingWrite(Write<T> write) {
        this.write = write;
    }

    Write<T> write() {
        return write;
    }

    /** Whether the writer may write it; false when its caller no longer waits. */
    boolean begin() {
        return stage.compareAndSet(Stage.QUEUED, Stage.BEING_WRITTEN);
    }

    void answer(T result) {
        answer.complete(result);
    }

    /** Does nothing when it was answered. */
    void fail(Throwable failure) {
        answer.completeExceptionally(failure);
    }

    /** Waits for the answer, interrupted or not, and keeps the interrupt flag. */
    T await(Duration longest) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            while (true) {
                try {
                    return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            boolean untouched = stage.compareAndSet(Stage.QUEUED, Stage.GIVEN_UP);
            throw new BackendUnavailableException(
                    "the store did not write within " + longest.toSeconds() + " s",
                    untouched ? Effect.NONE : Effect.POSSIBLE,
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("the writer failed", e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
