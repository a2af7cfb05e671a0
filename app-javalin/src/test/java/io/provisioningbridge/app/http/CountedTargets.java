package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.UpdateServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** An update server that knows how often each target was put. */
final class CountedTargets implements UpdateServer {

    private final UpdateServer server;
    private final ConcurrentMap<DeviceId, Integer> writes = new ConcurrentHashMap<>();

    CountedTargets(UpdateServer server) {
        this.server = server;
    }

    int writesOf(DeviceId device) {
        return writes.getOrDefault(device, 0);
    }

    @Override
    public List<Result> put(List<Target> targets) {
        targets.forEach(target -> writes.merge(target.device(), 1, Integer::sum));
        return server.put(targets);
    }

    @Override
    public List<Result> remove(List<DeviceId> devices) {
        return server.remove(devices);
    }

    @Override
    public Optional<Seen> find(DeviceId device) {
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
