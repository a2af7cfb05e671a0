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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the update server know every device that has connected, and none that is suspended or out of service. What is removed
 * is looked for afterwards, and again later: a server that lets devices register themselves brings them back.
 */
final class UpdateServerConvergence implements Convergence {

    private static final String NAME = "the update server";
    private static final int BATCH = 100;
    // Calls of a batch that take their own time each: what is left over, put, remove, and the look that is begun last.
    private static final int CALLS = 4;
    // All looks of a batch, one before and one after each removal.
    private static final Duration LOOKS = Duration.ofMinutes(2);

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

        boolean isLeftOver() {
            return device.filter(found -> Resurrections.isLeftOver(task, found)).isPresent();
        }
    }

    /** What has become of the lanes of a batch, and how much time is left for the rest. */
    private record Batch(Map<Task, Verdict> verdicts, Instant lastLookBefore, Instant lastLookAfter) {

        void end(Wanted wanted, Verdict verdict) {
            verdicts.put(wanted.task(), verdict);
        }

        boolean isOpen(Wanted wanted) {
            return !verdicts.containsKey(wanted.task());
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
        return server.deadline().multipliedBy(CALLS + 1).plus(LOOKS);
    }

    @Override
    public List<Verdict> converge(List<Task> tasks) {
        Instant begin = clock.instant();
        // Of each the one that is begun last may take its time, and a removal may come between.
        Batch batch = new Batch(
                new HashMap<>(),
                begin.plus(server.deadline().multipliedBy(2)).plus(LOOKS.dividedBy(2)),
                begin.plus(server.deadline().multipliedBy(CALLS)).plus(LOOKS));
        List<Wanted> in = new ArrayList<>();
        List<Wanted> out = new ArrayList<>();
        for (Task task : tasks) {
            Wanted wanted = new Wanted(task, store.find(task.lane().device()));
            if (wanted.is(DeviceState.CONNECTED)) {
                in.add(wanted);
            } else if (wanted.is(DeviceState.ENROLLED) && !wanted.isLeftOver()) {
                batch.end(wanted, done(Evidence.PROJECTED, "no target is wanted before it connects", wanted, false));
            } else {
                out.add(wanted);
            }
        }
        try {
            put(in, batch);
            remove(out, batch);
        } catch (BackendUnavailableException e) {
            Verdict down = new Verdict.Unavailable(String.valueOf(e.getMessage()), e.retryAfter());
            tasks.forEach(task -> batch.verdicts().putIfAbsent(task, down));
        }
        return tasks.stream().map(batch.verdicts()::get).toList();
    }

    private void put(List<Wanted> in, Batch batch) {
        List<Wanted> leftOver = in.stream().filter(Wanted::isLeftOver).toList();
        if (!leftOver.isEmpty()) {
            note(leftOver, server.remove(ids(leftOver)), batch);
        }
        List<Wanted> open = in.stream().filter(batch::isOpen).toList();
        if (open.isEmpty()) {
            return;
        }
        List<Result> results = server.put(open.stream()
                .map(wanted -> Targets.of(wanted.device().orElseThrow(), store.targetToken(wanted.id())))
                .toList());
        note(open, results, batch);
        open.stream()
                .filter(batch::isOpen)
                .forEach(wanted ->
                        batch.end(wanted, done(Evidence.ACKNOWLEDGED, "target " + wanted.id(), wanted, false)));
    }

    private void remove(List<Wanted> out, Batch batch) {
        Set<Wanted> cameBack = cameBack(out, batch);
        List<Wanted> open = out.stream().filter(batch::isOpen).toList();
        if (open.isEmpty()) {
            return;
        }
        note(open, server.remove(ids(open)), batch);
        open.stream()
                .filter(batch::isOpen)
                .forEach(wanted -> batch.end(wanted, looked(wanted, cameBack.contains(wanted), batch)));
    }

    private Set<Wanted> cameBack(List<Wanted> out, Batch batch) {
        Set<Wanted> cameBack = new HashSet<>();
        for (Wanted wanted : out) {
            if (!Resurrections.wasRemoved(wanted.task(), wanted.device())) {
                continue;
            }
            if (clock.instant().isAfter(batch.lastLookBefore())) {
                batch.end(wanted, slow());
            } else if (server.find(wanted.id()).isPresent()) {
                resurrections.note(wanted.task(), wanted.device().orElseThrow(), NAME, clock.instant());
                cameBack.add(wanted);
            }
        }
        return cameBack;
    }

    private Verdict looked(Wanted wanted, boolean cameBack, Batch batch) {
        if (clock.instant().isAfter(batch.lastLookAfter())) {
            return slow();
        }
        return server.find(wanted.id()).isPresent()
                ? Verdicts.soon("the update server still has the target, or has it again")
                : done(Evidence.OBSERVED, "no such target", wanted, cameBack);
    }

    private static Verdict slow() {
        return Verdicts.soon("the update server is slow");
    }

    private static List<DeviceId> ids(List<Wanted> some) {
        return some.stream().map(Wanted::id).toList();
    }

    /** Those that went wrong end by that. */
    private static void note(List<Wanted> some, List<Result> results, Batch batch) {
        for (int i = 0; i < some.size(); i++) {
            Wanted wanted = some.get(i);
            Verdicts.of(results.get(i)).ifPresent(trouble -> batch.end(wanted, trouble));
        }
    }

    /** Whoever lost the lane may still be in the middle of a call: once that has ended, what it did shows. */
    private Verdict done(Evidence evidence, String what, Wanted wanted, boolean cameBack) {
        Instant now = clock.instant();
        Optional<Instant> again = wanted.task().takenOver()
                ? Optional.of(now.plus(server.deadline()))
                : rechecks.next(wanted.task(), wanted.device(), cameBack, now);
        return new Verdict.Done(new Observation(now, evidence, what), again);
    }
}
