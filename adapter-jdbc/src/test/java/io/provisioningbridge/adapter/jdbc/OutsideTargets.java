package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.testkit.memory.InMemoryUpdateServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** An update server that remembers which targets came and went, and which were looked for since. Not safe for concurrent use. */
final class OutsideTargets implements UpdateServer {

    private final InMemoryUpdateServer server = new InMemoryUpdateServer();
    private final List<String> changes = new ArrayList<>();
    private final Set<DeviceId> lookedFor =
            new TreeSet<>((one, other) -> one.text().compareTo(other.text()));

    @Override
    public List<Result> put(List<Target> targets) {
        return changing(() -> server.put(targets));
    }

    @Override
    public List<Result> remove(List<DeviceId> devices) {
        return changing(() -> server.remove(devices));
    }

    private List<Result> changing(Supplier<List<Result>> call) {
        Set<String> before = server.known().keySet();
        List<Result> results = call.get();
        Set<String> after = server.known().keySet();
        before.stream().filter(id -> !after.contains(id)).forEach(id -> note("-", id));
        after.stream().filter(id -> !before.contains(id)).forEach(id -> note("+", id));
        return results;
    }

    private void note(String sign, String id) {
        changes.add(sign + id);
        lookedFor.remove(new DeviceId(id));
    }

    @Override
    public Optional<Seen> find(DeviceId device) {
        lookedFor.add(device);
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

    /** What became of a device's target, in order. */
    List<String> changesOf(DeviceId device) {
        return changes.stream()
                .filter(change -> change.substring(1).equals(device.text()))
                .toList();
    }

    boolean knows(DeviceId device) {
        return server.known().containsKey(device.text());
    }

    /** Whether it was looked for after its last change. */
    boolean isReadSinceLastChange(DeviceId device) {
        return lookedFor.contains(device);
    }
}
