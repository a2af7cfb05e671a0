package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.UpdateServer.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the update server know every device that has connected, and none that is suspended or out of service. What is removed
 * is looked for afterwards, and again later: a server that lets devices register themselves brings them back.
 */
final class UpdateServerConvergence implements Convergence {

    private static final String NAME = "the update server";
    private static final int BATCH = 100;
    // All calls of a batch: put, remove, and a look before and after each removal.
    private static final Duration LOOKS = Duration.ofMinutes(4);

    private final DeviceStore store;
    private final UpdateServer server;
    private final Resurrections resurrections;
    private final Rechecks rechecks;
    private final InstantSource clock;

    UpdateServerConvergence(DeviceStore store, UpdateServer server, Rechecks rechecks, InstantSource clock) {
        this.store = store;
        this.server = server;
        this.resurrections = new Resurrections(store);
        this.rechecks = rechecks;
        this.clock = clock;
    }

    /** A device as it is now. */
    private record Wanted(Task task, Optional<Device> device) {

        DeviceId id() {
            return device.map(Device::id).orElse(task.lane().device());
        }

        boolean is(DeviceState state) {
            return device.filter(found -> found.state() == state).isPresent();
        }
    }

    @Override
    public Backend backend() {
        return Backend.UPDATE_SERVER;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Duration lease() {
        return server.deadline().multipliedBy(2).plus(LOOKS);
    }

    @Override
    public List<Verdict> converge(List<Task> tasks) {
        Map<Task, Verdict> verdicts = new HashMap<>();
        List<Wanted> in = new ArrayList<>();
        List<Wanted> out = new ArrayList<>();
        for (Task task : tasks) {
            Wanted wanted = new Wanted(task, store.find(task.lane().device()));
            if (wanted.is(DeviceState.CONNECTED)) {
                in.add(wanted);
            } else if (wanted.is(DeviceState.ENROLLED)) {
                verdicts.put(task, done(Evidence.ACKNOWLEDGED, "no target before the first connection", wanted));
            } else {
                out.add(wanted);
            }
        }
        try {
            put(in, verdicts);
            remove(out, verdicts);
        } catch (BackendUnavailableException e) {
            Verdict down = new Verdict.Unavailable(String.valueOf(e.getMessage()), e.retryAfter());
            tasks.forEach(task -> verdicts.putIfAbsent(task, down));
        }
        return tasks.stream().map(verdicts::get).toList();
    }

    private void put(List<Wanted> in, Map<Task, Verdict> verdicts) {
        if (in.isEmpty()) {
            return;
        }
        List<Result> results = server.put(in.stream()
                .map(wanted -> Targets.of(wanted.device().orElseThrow(), store.targetToken(wanted.id())))
                .toList());
        for (int i = 0; i < in.size(); i++) {
            Wanted wanted = in.get(i);
            verdicts.put(
                    wanted.task(),
                    Verdicts.of(results.get(i))
                            .orElseGet(() -> done(Evidence.ACKNOWLEDGED, "target " + wanted.id(), wanted)));
        }
    }

    private void remove(List<Wanted> out, Map<Task, Verdict> verdicts) {
        if (out.isEmpty()) {
            return;
        }
        Instant lastLook = clock.instant().plus(LOOKS.dividedBy(2));
        for (Wanted wanted : out) {
            if (Resurrections.wasRemoved(wanted.task(), wanted.device())
                    && server.find(wanted.id()).isPresent()) {
                resurrections.note(wanted.task(), wanted.device().orElseThrow(), NAME, clock.instant());
            }
        }
        List<Result> results = server.remove(out.stream().map(Wanted::id).toList());
        for (int i = 0; i < out.size(); i++) {
            Wanted wanted = out.get(i);
            Optional<Verdict> trouble = Verdicts.of(results.get(i));
            verdicts.put(wanted.task(), trouble.orElseGet(() -> looked(wanted, lastLook)));
        }
    }

    private Verdict looked(Wanted wanted, Instant lastLook) {
        if (clock.instant().isAfter(lastLook)) {
            return Verdicts.soon("the update server is slow");
        }
        return server.find(wanted.id()).isPresent()
                ? Verdicts.soon("the update server still has the target, or has it again")
                : done(Evidence.OBSERVED, "no such target", wanted);
    }

    /** Whoever lost the lane may still be in the middle of a call: once that has ended, what it did shows. */
    private Verdict done(Evidence evidence, String what, Wanted wanted) {
        Instant now = clock.instant();
        Optional<Instant> again = wanted.task().takenOver()
                ? Optional.of(now.plus(server.deadline()))
                : rechecks.next(wanted.device(), now);
        return new Verdict.Done(new Observation(now, evidence, what), again);
    }
}
