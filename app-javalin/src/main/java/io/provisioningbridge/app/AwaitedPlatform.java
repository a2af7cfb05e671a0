package io.provisioningbridge.app;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform;
import java.time.Duration;
import java.util.Optional;

/** Stands for a platform that cannot be used before an operator has done something: all waits until then. */
final class AwaitedPlatform implements DevicePlatform {

    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    private final String missing;

    /** @param missing what is, for the log */
    AwaitedPlatform(String missing) {
        this.missing = missing;
    }

    @Override
    public void put(Registration registration) {
        throw unavailable();
    }

    @Override
    public Removal remove(DeviceId device, Reason reason) {
        throw unavailable();
    }

    @Override
    public Optional<Registered> look(DeviceId device) {
        throw unavailable();
    }

    @Override
    public Page list(String after, int limit) {
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
