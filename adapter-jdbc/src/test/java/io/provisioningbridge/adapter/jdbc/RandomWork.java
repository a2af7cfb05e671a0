package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Workers that lease lanes and finish them in time, late, twice, or never, and hints; every step is done to two queues, which
 * should answer the same. The same seed makes the same steps of the same state.
 */
final class RandomWork {

    private static final int MEMORY = 20;

    private final Random random;
    private final WorkQueue model;
    private final WorkQueue queue;
    private final List<Task> tasks = new ArrayList<>();

    RandomWork(long seed, WorkQueue model, WorkQueue queue) {
        this.random = new Random(seed);
        this.model = model;
        this.queue = queue;
    }

    /** What the model answered, and what the other did. */
    List<Object> step(Instant now) {
        if (random.nextInt(6) == 0) {
            DeviceId device = new DeviceId(RandomChanges.IDS.get(random.nextInt(RandomChanges.IDS.size())));
            Set<Backend> systems = someSystems();
            // Most come before what they tell of can be seen.
            Instant from = now.plusMillis(random.nextInt(5000) - 1000).plusNanos(random.nextInt(1_000_000));
            model.hint(device, systems, from);
            queue.hint(device, systems, from);
            return List.of(model.lanes(device), queue.lanes(device));
        }
        if (tasks.isEmpty() || random.nextInt(3) == 0) {
            Backend backend = List.of(Backend.values()).get(random.nextInt(Backend.values().length));
            int limit = 1 + random.nextInt(4);
            Duration length = Duration.ofMillis(1 + random.nextInt(20_000));
            List<Task> leased = model.lease(backend, limit, now, length);
            tasks.addAll(leased);
            while (tasks.size() > MEMORY) {
                tasks.remove(0);
            }
            return List.of(leased, queue.lease(backend, limit, now, length));
        }
        List<Result> results = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0 && !tasks.isEmpty(); i--) {
            int which = random.nextInt(tasks.size());
            results.add(result(random.nextInt(8) == 0 ? tasks.get(which) : tasks.remove(which), now));
        }
        return List.of(model.finish(results, now), queue.finish(results, now));
    }

    /** Any number of all there are. */
    Set<Backend> someSystems() {
        Set<Backend> some = EnumSet.noneOf(Backend.class);
        for (Backend backend : Backend.values()) {
            if (random.nextInt(3) > 0) {
                some.add(backend);
            }
        }
        return some;
    }

    private Result result(Task task, Instant now) {
        Instant soon = now.plusMillis(random.nextInt(30_000)).plusNanos(random.nextInt(1_000_000));
        int kind = random.nextInt(10);
        if (kind < 6) {
            Observation observation = new Observation(
                    now, List.of(Observation.Evidence.values()).get(random.nextInt(3)), "look " + random.nextInt(100));
            return new Result.Done(task, observation, random.nextInt(3) == 0 ? Optional.of(soon) : Optional.empty());
        }
        if (kind == 6) {
            return new Result.Released(task);
        }
        return kind < 9
                ? new Result.Later(task, "problem " + random.nextInt(100), soon)
                : new Result.Failed(task, "failure " + random.nextInt(100));
    }
}
