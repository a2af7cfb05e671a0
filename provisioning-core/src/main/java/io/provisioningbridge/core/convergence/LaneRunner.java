package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Works on the lanes of one system: leases some, has the system brought to where it should be, says how it went. Remembers
 * nothing but whether the system is there. Safe for concurrent use: as many threads as call {@link #run} work side by side,
 * never two on one lane.
 */
final class LaneRunner {

    private static final Logger LOG = System.getLogger(LaneRunner.class.getName());
    private static final int MOST_BATCHES = 50;

    private final WorkQueue queue;
    private final Convergence convergence;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Breaker breaker;
    // How many lanes are worked on by themselves, because one of them made a batch go wrong.
    private final AtomicInteger alone = new AtomicInteger();

    LaneRunner(WorkQueue queue, Convergence convergence, InstantSource clock, RandomGenerator random) {
        this.queue = queue;
        this.convergence = convergence;
        this.clock = clock;
        this.random = random;
        this.breaker = new Breaker(random);
    }

    /**
     * Works until nothing is due, or for a while.
     *
     * @return how many lanes were brought up
     */
    int run() {
        int done = 0;
        for (int batch = 0; batch < MOST_BATCHES && !Thread.currentThread().isInterrupted(); batch++) {
            Instant now = clock.instant();
            int admitted = breaker.admits(alone.get() > 0 ? 1 : convergence.batch(), now);
            List<Task> tasks =
                    admitted == 0 ? List.of() : queue.lease(convergence.backend(), admitted, now, convergence.lease());
            if (tasks.isEmpty()) {
                return done;
            }
            done += work(tasks);
        }
        return done;
    }

    private int work(List<Task> tasks) {
        List<Verdict> verdicts = converged(tasks);
        Instant now = clock.instant();
        breaker.note(tasks, verdicts, now);
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            results.add(result(tasks.get(i), verdicts.get(i), now));
        }
        queue.finish(results, now);
        return (int) results.stream().filter(Result.Done.class::isInstance).count();
    }

    private List<Verdict> converged(List<Task> tasks) {
        try {
            List<Verdict> verdicts = convergence.converge(tasks);
            alone.updateAndGet(rest -> Math.max(0, rest - tasks.size()));
            return verdicts;
        } catch (RuntimeException e) {
            return wentWrong(tasks, e);
        }
    }

    /** A fault of the bridge or of an adapter. Whose lane of a batch it is about shows when each is worked on by itself. */
    private List<Verdict> wentWrong(List<Task> tasks, RuntimeException e) {
        LOG.log(Level.ERROR, "working on " + tasks.size() + " lane(s) of " + convergence.backend() + " went wrong", e);
        if (tasks.size() > 1) {
            alone.set(tasks.size());
            return Collections.nCopies(tasks.size(), new Verdict.Postponed());
        }
        alone.updateAndGet(rest -> Math.max(0, rest - 1));
        return List.of(new Verdict.Troubled("it went wrong in the bridge: " + e, Duration.ZERO));
    }

    private Result result(Task task, Verdict verdict, Instant now) {
        if (verdict instanceof Verdict.Done done) {
            return new Result.Done(task, done.observation(), done.again());
        }
        if (verdict instanceof Verdict.Unasked done) {
            return new Result.Done(task, done.observation(), done.again());
        }
        if (verdict instanceof Verdict.InVain vain) {
            return later(task, vain, now);
        }
        if (verdict instanceof Verdict.Refused refused) {
            LOG.log(
                    Level.ERROR,
                    "{0}: {1} has failed and waits for an operator: {2}",
                    task.lane().device(),
                    convergence.backend(),
                    refused.problem());
            return new Result.Failed(task, refused.problem());
        }
        return new Result.Released(task);
    }

    private Result later(Task task, Verdict.InVain verdict, Instant now) {
        Duration own = Backoff.after(task.lane().attempts() + 1, Backoff.LONGEST, random);
        Instant next = now.plus(Backoff.longer(own, verdict.retryAfter()));
        // What keeps everybody waiting is over for everybody at once.
        Instant system = breaker.closesAt();
        if (system.isAfter(now) && !(verdict instanceof Verdict.Later)) {
            next = system;
        }
        LOG.log(
                Level.WARNING,
                "{0}: {1} waits until {2}: {3}",
                task.lane().device(),
                convergence.backend(),
                next.truncatedTo(ChronoUnit.SECONDS),
                verdict.problem());
        return new Result.Later(task, verdict.problem(), next);
    }
}
