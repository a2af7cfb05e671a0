package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.drift.FindingType.Remedy;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Compares outside systems with the store now and then, keeps what was found last, and has it repaired when an operator wants
 * it. Starts no thread. Safe for concurrent use.
 */
public final class Drift {

    private static final Logger LOG = System.getLogger(Drift.class.getName());
    private static final Duration AFTER_START = Duration.ofMinutes(5);
    private static final Duration AFTER_HALF_A_ROUND = Duration.ofMinutes(5);
    private static final int AT_ONCE = 500;

    private final DriftCheck check;
    private final DeviceStore store;
    private final WorkQueue queue;
    private final Runnable publishAgain;
    private final Duration every;
    private final InstantSource clock;

    private final ReentrantLock checking = new ReentrantLock();
    // Guarded by this.
    private final Asked asked = new Asked();
    private final Waits waits;
    private Instant next;
    private Optional<DriftReport> report = Optional.empty();

    /**
     * @param publishAgain has the peer directory published anew
     * @param every how long after the last round the next one is due; after one in which some system could not be compared
     *     it comes within minutes, and later each time
     */
    public Drift(
            DriftCheck check,
            DeviceStore store,
            WorkQueue queue,
            Runnable publishAgain,
            Duration every,
            InstantSource clock) {
        this.check = check;
        this.store = store;
        this.queue = queue;
        this.publishAgain = publishAgain;
        this.every = every;
        this.clock = clock;
        this.waits = new Waits(AFTER_HALF_A_ROUND, every);
        this.next = clock.instant().plus(AFTER_START);
    }

    /**
     * Makes a round when one is due or was asked for, else looks at the devices it was told of. Call it about once a second; a
     * round takes a call or more for each device. Returns at once while another thread is at it, and soon when interrupted.
     *
     * @return how many rounds or looks were made
     */
    public int runDue() {
        if (!checking.tryLock()) {
            return 0;
        }
        try {
            return isDue() ? round().map(made -> 1).orElse(0) : lookAtAsked();
        } finally {
            checking.unlock();
        }
    }

    /**
     * Makes a round now, after one that is under way.
     *
     * @return what it found; empty when the thread was interrupted
     */
    public Optional<DriftReport> check() {
        checking.lock();
        try {
            return round();
        } finally {
            checking.unlock();
        }
    }

    /**
     * Has the next {@link #runDue} make a round.
     *
     * @return a moment no later than the round's beginning: a report that {@linkplain DriftReport#begun began} before it is an
     *     older one
     */
    public synchronized Instant ask() {
        next = Instant.MIN;
        return clock.instant();
    }

    /**
     * Somebody says that something happened to a device outside: the next {@link #runDue} looks at it in every system, and
     * {@link #report} says what it found. It is looked at again while some system cannot be read. Before the first round that
     * makes the first round. Cheap; repeated calls count once.
     */
    public synchronized void look(DeviceId device) {
        boolean isAdded = asked.add(device);
        if (report.isEmpty() || !isAdded) {
            next = Instant.MIN;
        }
    }

    /** What was found last; empty before the first round of this process. */
    public synchronized Optional<DriftReport> report() {
        return report;
    }

    /**
     * Has everything done again that a lane does and that the last report lists, and the peer directory published again. What
     * is not the bridge's is left alone. Repeating it is harmless.
     *
     * @param operator who wants it, for the audit trail
     * @return what was set going; empty when there is no report
     * @throws BackendUnavailableException the store cannot be written; a part may have been marked
     */
    public Optional<Repair> repair(String operator) {
        return report().map(last -> repair(last, operator));
    }

    private synchronized boolean isDue() {
        return !clock.instant().isBefore(next);
    }

    private Optional<DriftReport> round() {
        Set<DeviceId> devices;
        synchronized (this) {
            // What is asked for from now on is not surely seen by this round.
            devices = asked.takeAll();
            next = clock.instant().plus(every);
        }
        Optional<DriftReport> made = check.round();
        synchronized (this) {
            made.ifPresentOrElse(done -> ended(done, devices), () -> next = Instant.MIN);
        }
        made.ifPresent(Drift::tell);
        made.ifPresent(this::hint);
        return made;
    }

    /**
     * Nobody said that these have connected, and the round is as good a hint as any: it changes nothing, and the lanes look for
     * themselves. What has become of them is looked at a little later.
     */
    private void hint(DriftReport made) {
        Set<DeviceId> unnoticed = made.findings().stream()
                .filter(finding -> finding.type() == FindingType.UNNOTICED_CONNECTION)
                .flatMap(finding -> finding.device().stream())
                .collect(Collectors.toSet());
        try {
            unnoticed.forEach(device -> queue.hint(device, Set.of(Backend.PLATFORM), clock.instant()));
        } catch (BackendUnavailableException e) {
            LOG.log(Level.ERROR, "the store failed: {0}", e.getMessage());
        }
        synchronized (this) {
            asked.putBack(unnoticed, clock.instant());
        }
    }

    private void ended(DriftReport made, Set<DeviceId> devices) {
        report = Optional.of(made);
        boolean isAsked = next.equals(Instant.MIN);
        if (made.isComplete()) {
            waits.startAgain();
            asked.succeeded();
            next = isAsked ? next : made.ended().plus(every);
        } else {
            asked.putBack(devices, made.ended());
            next = isAsked ? next : made.ended().plus(waits.next());
        }
    }

    private int lookAtAsked() {
        Set<DeviceId> devices;
        synchronized (this) {
            devices = asked.take(clock.instant());
        }
        if (devices.isEmpty()) {
            return 0;
        }
        Optional<DriftReport> look = check.look(devices);
        synchronized (this) {
            look.ifPresentOrElse(found -> looked(found, devices), () -> devices.forEach(asked::add));
        }
        look.ifPresent(found -> found.findings()
                .forEach(finding -> LOG.log(
                        Level.WARNING, "drift: {0} {1}: {2}", finding.type(), finding.subject(), finding.detail())));
        return look.isPresent() ? 1 : 0;
    }

    private void looked(DriftReport found, Set<DeviceId> devices) {
        report = report.map(last -> last.after(found, devices));
        if (found.isComplete()) {
            asked.succeeded();
            return;
        }
        Instant again = asked.putBack(devices, found.ended());
        LOG.log(
                Level.WARNING,
                "drift: {0} devices are looked at again at {1}: {2}",
                devices.size(),
                again,
                found.sections().stream()
                        .flatMap(section -> section.unchecked().stream().map(why -> section.place() + ": " + why))
                        .collect(Collectors.joining("; ")));
    }

    private static void tell(DriftReport made) {
        made.sections()
                .forEach(section -> section.unchecked()
                        .ifPresent(why ->
                                LOG.log(Level.WARNING, "drift: {0} could not be compared: {1}", section.place(), why)));
        LOG.log(
                made.own() == 0 ? Level.INFO : Level.WARNING,
                "drift: {0} findings in {1}{2}",
                made.total(),
                Duration.between(made.begun(), made.ended()),
                made.counts().isEmpty() ? "" : ": " + made.counts());
    }

    private Repair repair(DriftReport last, String operator) {
        Map<Backend, Set<DeviceId>> behind = new EnumMap<>(Backend.class);
        boolean hasForeignEntries = false;
        boolean wantsPublication = false;
        int done = 0;
        for (Finding finding : last.findings()) {
            Optional<Backend> backend = finding.type().place().backend();
            if (finding.type().remedy() == Remedy.LANE && backend.isPresent()) {
                behind.computeIfAbsent(backend.get(), any -> new HashSet<>())
                        .add(finding.device().orElseThrow());
                done++;
            }
            wantsPublication |= finding.type().remedy() == Remedy.PUBLICATION;
            hasForeignEntries |= finding.type() == FindingType.ORPHAN_ENTRY;
        }
        behind.forEach((backend, devices) -> mark(backend, List.copyOf(devices), operator));
        Repair.Directory directory = Repair.Directory.UNTOUCHED;
        if (wantsPublication && !hasForeignEntries) {
            publishAgain.run();
            directory = Repair.Directory.PUBLISHED_AGAIN;
            done += last.counts().entrySet().stream()
                    .filter(entry -> entry.getKey().remedy() == Remedy.PUBLICATION)
                    .mapToInt(Map.Entry::getValue)
                    .sum();
        } else if (wantsPublication) {
            directory = Repair.Directory.LEFT_TO_OTHERS;
        }
        Map<Backend, Integer> lanes = new EnumMap<>(Backend.class);
        behind.forEach((backend, devices) -> lanes.put(backend, devices.size()));
        return new Repair(last.begun(), lanes, directory, last.total() - done);
    }

    private void mark(Backend backend, List<DeviceId> devices, String operator) {
        for (int first = 0; first < devices.size(); first += AT_ONCE) {
            List<DeviceId> some = new ArrayList<>(devices.subList(first, Math.min(first + AT_ONCE, devices.size())));
            store.commit(new Change.MarkedDue(
                    Set.copyOf(some),
                    backend,
                    new AuditEvent(
                            clock.instant(),
                            some.size() == 1 ? some.get(0).key() : "",
                            AuditEvent.Action.LANES_MARKED_DUE,
                            operator,
                            "drift: " + backend + " of " + some.size() + (some.size() == 1 ? " device" : " devices"))));
        }
    }
}
