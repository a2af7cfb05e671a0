package io.provisioningbridge.core.port;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who works on which lane. Lanes fall behind by {@link DeviceStore#commit}, in the same transaction as what makes them:
 * nothing that is to be done is ever lost, and nothing is to be done for a change that was not written.
 *
 * <p>Safe for concurrent use, by several processes where the store is. Methods throw {@link BackendUnavailableException} as
 * those of {@link DeviceStore} do.
 */
public interface WorkQueue {

    /**
     * A lane that is the caller's until its lease ends.
     *
     * @param lane as it was when it was leased
     * @param fence higher than that of every earlier lease of this lane
     * @param leasedUntil from when on another may lease it
     * @param takenOver whether a lease of it ended unfinished since it was last done, or it was done after that and its time
     *     to be looked at once more has not come: whoever had that one may still be at work
     */
    record Task(Lane lane, long fence, Instant leasedUntil, boolean takenOver) {}

    /** How a task went. */
    sealed interface Result {

        Task task();

        /**
         * The system is as it should be.
         *
         * @param observation how that is known
         * @param again when it is to be looked at once more; empty for not before something changes
         */
        record Done(Task task, Observation observation, Optional<Instant> again) implements Result {}

        /**
         * Not now.
         *
         * @param nextTry when
         */
        record Later(Task task, String problem, Instant nextTry) implements Result {}

        /** Never, unless something changes. */
        record Failed(Task task, String problem) implements Result {}

        /** Given back: its turn did not come, or not to its end. The lane is as it was, and keeps its turn. */
        record Released(Task task) implements Result {}
    }

    /**
     * Leases lanes of a system that are to be worked on at {@code now} and that nobody has, longest waiting first.
     *
     * @param limit at most this many
     * @param length of the leases
     */
    List<Task> lease(Backend backend, int limit, Instant now, Duration length);

    /**
     * Ends leases. Each result counts only while its task's fence is the lane's latest, and only the first of a task. Where
     * the generation has moved on since, the lane is due when whatever moved it wanted it to be, which is at once but for a
     * hint: the generation that was done is noted, and no observation, since that is of what should have been before. All or
     * nothing.
     *
     * @return whether each counted, in the same order
     */
    List<Boolean> finish(List<Result> results, Instant now);

    /**
     * Somebody says that something happened to a device outside: its lanes at these systems fall behind by a generation. Those
     * that have failed stay so; and so do those that are due by then and that nobody has, which are going to be looked at
     * anyway, and keep their turn, so that no crowd of hints puts them off. Makes none where there is none.
     *
     * @param from when it can be seen there, and so is to be looked for
     */
    void hint(DeviceId device, Set<Backend> systems, Instant from);

    /** The lanes of a device, in the order of their systems. */
    List<Lane> lanes(DeviceId device);

    /**
     * Lanes in one state, in the order of device and system, a page at a time.
     *
     * @param after the last one of the page before; empty begins
     * @param limit 1 to 1000
     */
    List<Lane> list(Lane.State state, Optional<Lane> after, int limit);
}
