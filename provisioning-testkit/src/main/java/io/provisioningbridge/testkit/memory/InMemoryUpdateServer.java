package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * An update server without updates. Operations for the {@link FaultPlan}: {@code put}, {@code remove}, {@code find},
 * {@code list}. Safe for concurrent use.
 */
public final class InMemoryUpdateServer implements UpdateServer {

    private static final int PAGE = 100;

    private final FaultPlan faults;
    private final TreeMap<String, Seen> targets = new TreeMap<>();
    private final Set<DeviceId> refused = new HashSet<>();
    private final Set<DeviceId> busy = new HashSet<>();
    private long tokens;

    /** Without faults. */
    public InMemoryUpdateServer() {
        this(new FaultPlan());
    }

    public InMemoryUpdateServer(FaultPlan faults) {
        this.faults = faults;
    }

    @Override
    public List<Result> put(List<Target> batch) {
        return uninterrupted("put", () -> batch.stream().map(this::putOne).toList());
    }

    private Result putOne(Target target) {
        return judged(target.device(), () -> {
            Optional<Seen> present =
                    Optional.ofNullable(targets.get(target.device().text()));
            targets.put(
                    target.device().text(),
                    new Seen(
                            target.device().text(),
                            target.name(),
                            target.description(),
                            target.address().or(() -> present.flatMap(Seen::address)),
                            target.token()
                                    .or(() -> present.flatMap(Seen::token))
                                    .or(() -> Optional.of(new Secret("chosen-" + ++tokens)))));
        });
    }

    @Override
    public List<Result> remove(List<DeviceId> devices) {
        return uninterrupted(
                "remove",
                () -> devices.stream()
                        .map(device -> judged(device, () -> targets.remove(device.text())))
                        .toList());
    }

    private Result judged(DeviceId device, Runnable effect) {
        if (refused.contains(device)) {
            return new Result.Refused("planned: " + device + " is refused");
        }
        if (busy.contains(device)) {
            return new Result.Later("planned: " + device + " is busy", Duration.ofSeconds(1));
        }
        effect.run();
        return new Result.Done();
    }

    @Override
    public Optional<Seen> find(DeviceId device) {
        return uninterrupted("find", () -> Optional.ofNullable(targets.get(device.text())));
    }

    @Override
    public Page list(long from) {
        return uninterrupted("list", () -> {
            List<Seen> page = targets.values().stream().skip(from).limit(PAGE).toList();
            long next = from + page.size();
            return new Page(page, next < targets.size() ? OptionalLong.of(next) : OptionalLong.empty());
        });
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(10);
    }

    /** Every target there is, by id. */
    public synchronized Map<String, Seen> known() {
        return Map.copyOf(targets);
    }

    /** Makes a target, or changes one, as another program does, or a device that registers itself. */
    public synchronized void addForeign(Seen target) {
        targets.put(target.id(), target);
    }

    /** From now on refuses to put or remove the target of this device. */
    public synchronized void refuse(DeviceId device) {
        refused.add(device);
    }

    /** From now on has no time to put or remove the target of this device, until {@link #idle}. */
    public synchronized void busy(DeviceId device) {
        busy.add(device);
    }

    /** Ends what {@link #busy} began. */
    public synchronized void idle(DeviceId device) {
        busy.remove(device);
    }

    private <T> T uninterrupted(String operation, Supplier<T> effect) {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendUnavailableException("the calling thread is interrupted", Effect.NONE);
        }
        return faults.call(operation, () -> {
            synchronized (this) {
                return effect.get();
            }
        });
    }
}
