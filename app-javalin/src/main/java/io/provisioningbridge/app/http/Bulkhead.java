package io.provisioningbridge.app.http;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Bounds how many requests wait for a backend, so that a backend that hangs does not take the whole listener with it. */
final class Bulkhead {

    private final Semaphore places;

    Bulkhead(int places) {
        this.places = new Semaphore(places);
    }

    /** What the call answers. @throws ProblemException 503 at once when all places are taken */
    <T> T call(Supplier<T> backend) {
        if (!places.tryAcquire()) {
            throw new ProblemException(
                    Problem.of(ProblemType.BUSY, "Too many requests are waiting; send this one again in a moment.")
                            .retryAfter(Duration.ofSeconds(1)));
        }
        try {
            return backend.get();
        } finally {
            places.release();
        }
    }
}
