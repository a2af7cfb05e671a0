package io.provisioningbridge.app;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Stands for an update server that cannot be used before an operator has done something: all waits until then. */
final class AwaitedUpdateServer implements UpdateServer {

    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    private final String missing;

    /** @param missing what is, for the log */
    AwaitedUpdateServer(String missing) {
        this.missing = missing;
    }

    @Override
    public List<Result> put(List<Target> targets) {
        throw unavailable();
    }

    @Override
    public List<Result> remove(List<DeviceId> devices) {
        throw unavailable();
    }

    @Override
    public Optional<Seen> find(DeviceId device) {
        throw unavailable();
    }

    @Override
    public Page list(long from) {
        throw unavailable();
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(1);
    }

    private BackendUnavailableException unavailable() {
        return new BackendUnavailableException(missing, Effect.NONE, LOOK_AGAIN);
    }
}
