package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.http.Deadline;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks now and then whether the server still answers, so that its state is known without traffic. Safe for concurrent use. */
final class HealthProbe {

    private static final Logger LOG = LoggerFactory.getLogger(HealthProbe.class);
    private static final long PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

    private final StepCaClient client;
    private final StepCaSettings settings;
    private final Executor background;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    HealthProbe(StepCaClient client, StepCaSettings settings, Executor background) {
        this.client = client;
        this.settings = settings;
        this.background = background;
    }

    /** Begins to ask unless it just did; returns at once. The outcome shows in {@link StepCaClient#trouble()}. */
    void begin() {
        if (System.nanoTime() - next.get() < 0 || !running.compareAndSet(false, true)) {
            return;
        }
        try {
            background.execute(this::ask);
        } catch (RejectedExecutionException closed) {
            running.set(false);
        }
    }

    private void ask() {
        try {
            client.get("/health", Deadline.in(settings.connectTimeout()));
        } catch (BackendException e) {
            LOG.debug("step-ca's health: {}", e.getMessage());
        } finally {
            next.set(System.nanoTime() + PAUSE_NANOS);
            running.set(false);
        }
    }
}
