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
import java.util.function.BiConsumer;

/**
 * Makes the update server know every device that has connected, and none that is suspended or out of service. What is removed
 * is looked for afterwards, and again later: a server that lets devices register themselves brings them back.
 */
final class UpdateServerConvergence implements Convergence {

    private static final String NAME = "the update server";
    private static final int BATCH = 100;
    // Calls of a batch that take their own time each: remove, what is left over, put, and the looks that are begun
    // last.
    private static final int CALLS = 5;
    // All looks of a batch, one before and one after each removal.
    private static final Duration LOOKS = Duration.ofMinutes(2);

    private final DeviceStore store;
    private final UpdateServer server;
    private final Resurrections resurrections;
    private final SecondLook secondLook;
    private final InstantSource clock;

    UpdateServerConvergence(DeviceStore store, UpdateServer server, Rechecks rechecks, InstantSource clock) {
        this.store = store;
        this.server = server;
        this.resurrections = new Resurrections(store);
        this.secondLook = new SecondLook(rechecks, server.deadline());
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
        return server.deadline().multipliedBy(CALLS).plus(LOOKS);
    }

    @Override
    public List<Verdict> converge(List<Task> tasks) {
        Instant begin = clock.instant();
        // A look that is begun last takes its time, and so does every other call that is still to come.
        Batch batch = new Batch(
                new HashMap<>(),
                begin.plus(LOOKS.dividedBy(2)),
                begin.plus(LOOKS).plus(server.deadline().multipliedBy(2)));
        List<Wanted> in = new ArrayList<>();
        List<Wanted> out = new ArrayList<>();
        for (Task task : tasks) {
            Wanted wanted = new Wanted(task, store.find(task.lane().device()));
            if (wanted.is(DeviceState.CONNECTED)) {
                in.add(wanted);
            } else if (wanted.is(DeviceState.ENROLLED) && !wanted.isLeftOver()) {
                batch.end(wanted, unasked(wanted));
            } else {
                out.add(wanted);
            }
        }
        // A server that makes no targets may well remove some; and who is to be shut out waits for nobody.
        eachByItself(out, batch, this::remove);
        eachByItself(in.stream().filter(Wanted::isLeftOver).toList(), batch, this::removeLeftOver);
        eachByItself(in, batch, this::put);
        return tasks.stream().map(batch.verdicts()::get).toList();
    }

    private static void eachByItself(List<Wanted> some, Batch batch, BiConsumer<List<Wanted>, Batch> work) {
        List<Wanted> open = some.stream().filter(batch::isOpen).toList();
        if (open.isEmpty()) {
            return;
        }
        try {
            work.accept(open, batch);
        } catch (BackendUnavailableException e) {
            Verdict down = Verdicts.ofAll(e);
            open.stream().filter(batch::isOpen).forEach(wanted -> batch.end(wanted, down));
        }
    }

    private void removeLeftOver(List<Wanted> leftOver, Batch batch) {
        note(leftOver, server.remove(ids(leftOver)), batch);
    }

    private void put(List<Wanted> in, Batch batch) {
        List<Result> results = server.put(in.stream()
                .map(wanted -> Targets.of(wanted.device().orElseThrow(), store.targetToken(wanted.id())))
                .toList());
        note(in, results, batch);
        in.stream()
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
        Patience patience = new Patience();
        for (Wanted wanted : open) {
            if (batch.isOpen(wanted)) {
                boolean isLate = clock.instant().isAfter(batch.lastLookAfter());
                batch.end(
                        wanted,
                        isLate || patience.isAtItsEnd()
                                ? new Verdict.Postponed()
                                : patience.noted(looked(wanted, cameBack.contains(wanted))));
            }
        }
    }

    private Set<Wanted> cameBack(List<Wanted> out, Batch batch) {
        Set<Wanted> cameBack = new HashSet<>();
        Patience patience = new Patience();
        for (Wanted wanted : out) {
            if (!Resurrections.wasRemoved(wanted.task(), wanted.device())) {
                continue;
            }
            if (patience.isAtItsEnd() || clock.instant().isAfter(batch.lastLookBefore())) {
                batch.end(wanted, new Verdict.Postponed());
                continue;
            }
            try {
                if (server.find(wanted.id()).isPresent()) {
                    resurrections.note(wanted.task(), wanted.device().orElseThrow(), NAME, clock.instant());
                    cameBack.add(wanted);
                }
                patience.renew();
            } catch (BackendUnavailableException e) {
                batch.end(wanted, patience.noted(Verdicts.ofOne(e)));
            }
        }
        return cameBack;
    }

    private Verdict looked(Wanted wanted, boolean cameBack) {
        try {
            return server.find(wanted.id()).isPresent()
                    ? Verdicts.soon("the update server still has the target, or has it again")
                    : done(Evidence.OBSERVED, "no such target", wanted, cameBack);
        } catch (BackendUnavailableException e) {
            return Verdicts.ofOne(e);
        }
    }

    private static List<DeviceId> ids(List<Wanted> some) {
        return some.stream().map(Wanted::id).toList();
    }

    /** Those that went wrong end by that. */
    private static void note(List<Wanted> some, List<Result> results, Batch batch) {
        List<Optional<Verdict>> verdicts = Verdicts.of(results);
        for (int i = 0; i < some.size(); i++) {
            Wanted wanted = some.get(i);
            verdicts.get(i).ifPresent(trouble -> batch.end(wanted, trouble));
        }
    }

    private Verdict unasked(Wanted wanted) {
        Instant now = clock.instant();
        return new Verdict.Unasked(
                new Observation(now, Evidence.PROJECTED, "no target is wanted before it connects"),
                secondLook.at(wanted.task(), wanted.device(), false, now));
    }

    private Verdict done(Evidence evidence, String what, Wanted wanted, boolean cameBack) {
        Instant now = clock.instant();
        return new Verdict.Done(
                new Observation(now, evidence, what), secondLook.at(wanted.task(), wanted.device(), cameBack, now));
    }
}
