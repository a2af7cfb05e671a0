package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.testkit.fixture.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An update server each of whose calls takes a while by the test's clock. */
final class SlowUpdateServer implements UpdateServer {

    private final UpdateServer server;
    private final SettableClock clock;
    private final Duration time;

    SlowUpdateServer(UpdateServer server, SettableClock clock, Duration time) {
        this.server = server;
        this.clock = clock;
        this.time = time;
    }

    private void pass() {
        clock.tick(time);
    }

    @Override
    public List<Result> put(List<Target> targets) {
        pass();
        return server.put(targets);
    }

    @Override
    public List<Result> remove(List<DeviceId> devices) {
        pass();
        return server.remove(devices);
    }

    @Override
    public Optional<Seen> find(DeviceId device) {
        pass();
        return server.find(device);
    }

    @Override
    public Page list(long from) {
        return server.list(from);
    }

    @Override
    public Duration deadline() {
        return server.deadline();
    }
}
