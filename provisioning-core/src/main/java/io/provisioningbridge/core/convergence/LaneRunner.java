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
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Works on the lanes of one system: leases some, has the system brought to where it should be, says how it went. Remembers
 * nothing but whether the system is there. Safe for concurrent use: as many threads as call {@link #run} work side by side,
 * never two on one lane.
 */
final class LaneRunner {

    private static final Logger LOG = System.getLogger(LaneRunner.class.getName());
    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);
    private static final int MOST_BATCHES = 50;

    private final WorkQueue queue;
    private final Convergence convergence;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Breaker breaker;

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
            int admitted = breaker.admits(convergence.batch(), clock.instant());
            int worked = admitted == 0 ? 0 : work(admitted);
            if (worked == 0) {
                return done;
            }
            done += worked;
        }
        return done;
    }

    private int work(int limit) {
        List<Task> tasks = queue.lease(convergence.backend(), limit, clock.instant(), convergence.lease());
        if (tasks.isEmpty()) {
            return 0;
        }
        List<Verdict> verdicts = convergence.converge(tasks);
        Instant now = clock.instant();
        breaker.note(verdicts, now);
        List<Result> results = new ArrayList<>();
        int done = 0;
        for (int i = 0; i < tasks.size(); i++) {
            results.add(result(tasks.get(i), verdicts.get(i), now));
            done += verdicts.get(i) instanceof Verdict.Done ? 1 : 0;
        }
        queue.finish(results, now);
        return done;
    }

    private Result result(Task task, Verdict verdict, Instant now) {
        if (verdict instanceof Verdict.Done done) {
            return new Result.Done(task, done.observation(), done.again());
        }
        if (verdict instanceof Verdict.Unavailable unavailable) {
            Duration wait = Backoff.after(task.lane().attempts() + 1, LONGEST_BACKOFF, random);
            Instant next = now.plus(wait.compareTo(unavailable.retryAfter()) > 0 ? wait : unavailable.retryAfter());
            LOG.log(
                    Level.WARNING,
                    "{0}: {1} waits until {2}: {3}",
                    task.lane().device(),
                    convergence.backend(),
                    next.truncatedTo(ChronoUnit.SECONDS),
                    unavailable.problem());
            return new Result.Later(task, unavailable.problem(), next);
        }
        String problem = ((Verdict.Refused) verdict).problem();
        LOG.log(
                Level.ERROR,
                "{0}: {1} has failed and waits for an operator: {2}",
                task.lane().device(),
                convergence.backend(),
                problem);
        return new Result.Failed(task, problem);
    }
}
