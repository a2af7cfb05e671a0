package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.WorkQueue.Result;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Every lane there ever was, and who has it. Those that wait are kept in the order of their turn. Not safe for concurrent use. */
final class Lanes {

    private record Key(String device, Backend backend) {}

    private record Turn(Instant nextTry, String device) {}

    /**
     * A lane and its lease.
     *
     * @param leasedUntil empty when nobody has it
     * @param takenOver whether a lease ended unfinished since the lane was last done
     * @param verifyAt when a lane that was taken over and done since is looked at once more
     */
    private record Entry(
            Lane lane, long fence, Optional<Instant> leasedUntil, boolean takenOver, Optional<Instant> verifyAt) {

        Entry with(Lane other) {
            return new Entry(other, fence, leasedUntil, takenOver, verifyAt);
        }
    }

    private final NavigableMap<Key, Entry> all =
            new TreeMap<>(Comparator.comparing(Key::device).thenComparing(Key::backend));
    private final Set<Backend> kept = EnumSet.of(Backend.CERTIFICATE_AUTHORITY, Backend.TUNNEL);
    private final Map<Backend, TreeSet<Turn>> waiting = new EnumMap<>(Backend.class);

    Lanes() {
        for (Backend backend : Backend.values()) {
            waiting.put(
                    backend, new TreeSet<>(Comparator.comparing(Turn::nextTry).thenComparing(Turn::device)));
        }
    }

    /**
     * What should be has changed, or is to be worked on anew. A lease that is under way stays.
     *
     * @param onRecord whether the device has a record, which says how it is spelled
     */
    void fallBehind(DeviceId device, boolean onRecord, Set<Backend> backends, Instant now) {
        for (Backend backend : backends) {
            Entry before = all.get(new Key(device.key(), backend));
            if (before == null) {
                if (kept.contains(backend)) {
                    addFirst(device, backend, now);
                }
                continue;
            }
            Lane lane = before.lane();
            Lane next = new Lane(
                    onRecord ? device : lane.device(),
                    backend,
                    lane.generation() + 1,
                    lane.applied(),
                    false,
                    lane.applied() == lane.generation() ? now : lane.since(),
                    Optional.of(now),
                    0,
                    "",
                    lane.observation());
            put(before.with(next));
        }
    }

    private void addFirst(DeviceId device, Backend backend, Instant now) {
        Lane first = new Lane(device, backend, 1, 0, false, now, Optional.of(now), 0, "", Optional.empty());
        put(new Entry(first, 0, Optional.empty(), false, Optional.empty()));
    }

    /** @return those that were not kept before */
    Set<Backend> keep(Set<Backend> systems) {
        Set<Backend> added = EnumSet.noneOf(Backend.class);
        added.addAll(systems);
        added.removeAll(kept);
        kept.clear();
        kept.addAll(systems);
        return added;
    }

    /** The device gets those lanes it has not got. */
    void addMissing(DeviceId device, Set<Backend> backends, Instant now) {
        for (Backend backend : backends) {
            if (!all.containsKey(new Key(device.key(), backend))) {
                addFirst(device, backend, now);
            }
        }
    }

    /** Those that are there and have not failed fall behind, unless that makes no difference. */
    void hint(DeviceId device, boolean onRecord, Set<Backend> backends, Instant now) {
        for (Backend backend : backends) {
            Entry entry = all.get(new Key(device.key(), backend));
            if (entry != null && !entry.lane().failed() && !isAboutToBeWorkedOn(entry, now)) {
                fallBehind(device, onRecord, Set.of(backend), now);
            }
        }
    }

    /** By whoever comes next, and not by somebody who has begun. */
    private static boolean isAboutToBeWorkedOn(Entry entry, Instant now) {
        return entry.lane().state() == Lane.State.DUE
                && entry.leasedUntil().isEmpty()
                && entry.lane().nextTry().filter(time -> !time.isAfter(now)).isPresent();
    }

    /** What was seen of a device until now counts no more. */
    void forgetObservations(String device) {
        for (Lane lane : of(device)) {
            Entry entry = entry(new Key(device, lane.backend()));
            Lane unseen = new Lane(
                    lane.device(),
                    lane.backend(),
                    lane.generation(),
                    lane.applied(),
                    lane.failed(),
                    lane.since(),
                    lane.nextTry(),
                    lane.attempts(),
                    lane.problem(),
                    Optional.empty());
            put(entry.with(unseen));
        }
    }

    List<Task> lease(Backend backend, int limit, Instant now, Duration length) {
        Instant until = Milliseconds.of(now.plus(length));
        Instant present = Milliseconds.of(now);
        List<Task> tasks = new ArrayList<>();
        for (Turn turn : turns(backend)) {
            if (turn.nextTry().isAfter(present) || tasks.size() >= limit) {
                break;
            }
            Entry entry = entry(new Key(turn.device(), backend));
            if (entry.leasedUntil().filter(present::isBefore).isEmpty()) {
                boolean takenOver = entry.takenOver()
                        || entry.leasedUntil().isPresent()
                        || entry.verifyAt().filter(present::isBefore).isPresent();
                Entry leased =
                        new Entry(entry.lane(), entry.fence() + 1, Optional.of(until), takenOver, Optional.empty());
                // Its turn stays: a lane is told from those nobody has by its lease.
                all.put(new Key(turn.device(), backend), leased);
                tasks.add(new Task(leased.lane(), leased.fence(), until, takenOver));
            }
        }
        return tasks;
    }

    /** Whether it counts. */
    boolean finish(Result result, Instant now) {
        Task task = result.task();
        Key key = new Key(task.lane().device().key(), task.lane().backend());
        Entry entry = all.get(key);
        if (entry == null
                || entry.fence() != task.fence()
                || entry.leasedUntil().isEmpty()) {
            return false;
        }
        if (result instanceof Result.Released) {
            put(new Entry(entry.lane(), entry.fence(), Optional.empty(), entry.takenOver(), entry.verifyAt()));
            return true;
        }
        boolean upToDate = entry.lane().generation() == task.lane().generation();
        Lane lane = upToDate ? finished(entry.lane(), result, now) : overtaken(entry.lane(), result);
        boolean settled = upToDate && result instanceof Result.Done;
        Optional<Instant> verifyAt = settled && entry.takenOver() ? lane.nextTry() : Optional.empty();
        put(new Entry(lane, entry.fence(), Optional.empty(), entry.takenOver() && !settled, verifyAt));
        return true;
    }

    private static Lane finished(Lane lane, Result result, Instant now) {
        if (result instanceof Result.Done done) {
            return new Lane(
                    lane.device(),
                    lane.backend(),
                    lane.generation(),
                    lane.generation(),
                    false,
                    now,
                    done.again().map(Milliseconds::of),
                    0,
                    "",
                    Optional.of(Milliseconds.of(done.observation())));
        }
        if (result instanceof Result.Later later) {
            return inVain(lane, false, Optional.of(Milliseconds.of(later.nextTry())), later.problem());
        }
        return inVain(lane, true, Optional.empty(), ((Result.Failed) result).problem());
    }

    private static Lane inVain(Lane lane, boolean failed, Optional<Instant> nextTry, String problem) {
        return new Lane(
                lane.device(),
                lane.backend(),
                lane.generation(),
                lane.applied(),
                failed,
                lane.since(),
                nextTry,
                lane.attempts() + 1,
                problem,
                lane.observation());
    }

    /** More is wanted than the task was about: how far it came is noted, what it saw or failed with is told anew. */
    private static Lane overtaken(Lane lane, Result result) {
        long applied = result instanceof Result.Done ? result.task().lane().generation() : lane.applied();
        return new Lane(
                lane.device(),
                lane.backend(),
                lane.generation(),
                applied,
                false,
                lane.since(),
                lane.nextTry(),
                lane.attempts(),
                lane.problem(),
                lane.observation());
    }

    /** In the order of their systems. */
    List<Lane> of(String device) {
        List<Lane> lanes = new ArrayList<>();
        for (Backend backend : Backend.values()) {
            Entry entry = all.get(new Key(device, backend));
            if (entry != null) {
                lanes.add(entry.lane());
            }
        }
        return lanes;
    }

    List<Lane> list(Lane.State state, Optional<Lane> after, int limit) {
        NavigableMap<Key, Entry> rest = after.map(
                        lane -> all.tailMap(new Key(lane.device().key(), lane.backend()), false))
                .orElse(all);
        return rest.values().stream()
                .map(Entry::lane)
                .filter(lane -> lane.state() == state)
                .limit(limit)
                .toList();
    }

    private void put(Entry entry) {
        Lane lane = entry.lane();
        String device = lane.device().key();
        Entry before = all.put(new Key(device, lane.backend()), entry);
        NavigableSet<Turn> turns = turns(lane.backend());
        if (before != null) {
            before.lane().nextTry().ifPresent(time -> turns.remove(new Turn(time, device)));
        }
        lane.nextTry().ifPresent(time -> turns.add(new Turn(time, device)));
    }

    private Entry entry(Key key) {
        Entry entry = all.get(key);
        if (entry == null) {
            throw new IllegalStateException("the turns name a lane that is not there");
        }
        return entry;
    }

    private NavigableSet<Turn> turns(Backend backend) {
        NavigableSet<Turn> turns = waiting.get(backend);
        if (turns == null) {
            throw new IllegalStateException("every system has turns");
        }
        return turns;
    }
}
