package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.TunnelPeers.Assignment;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the tunnel server know the peers of devices in service, and no key that was ever another's at that address. What is
 * removed is looked for afterwards; a device out of service gives its address back only then.
 */
final class TunnelConvergence implements Convergence {

    private static final int BATCH = 500;
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final DeviceStore store;
    private final TunnelPeers peers;
    private final ForeignPeers foreign;
    private final Duration quarantine;
    private final Rechecks rechecks;
    private final InstantSource clock;

    TunnelConvergence(
            DeviceStore store,
            TunnelPeers peers,
            ForeignPeers foreign,
            Duration quarantine,
            Rechecks rechecks,
            InstantSource clock) {
        this.store = store;
        this.peers = peers;
        this.foreign = foreign;
        this.quarantine = quarantine;
        this.rechecks = rechecks;
        this.clock = clock;
    }

    /** What should be, of one device. */
    private record Wanted(Task task, Optional<Device> device, Set<PeerKey> keys) {

        boolean isIn() {
            return device.filter(
                            found -> found.state() == DeviceState.ENROLLED || found.state() == DeviceState.CONNECTED)
                    .isPresent();
        }

        Assignment assignment() {
            Device found = device.orElseThrow();
            Set<PeerKey> others = new HashSet<>(keys);
            others.remove(found.peer().key());
            return new Assignment(found.peer().key(), found.address(), others);
        }
    }

    @Override
    public Backend backend() {
        return Backend.TUNNEL;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Duration lease() {
        // put, remove and observe, one after the other
        return peers.deadline().multipliedBy(3).plus(MARGIN);
    }

    @Override
    public List<Verdict> converge(List<Task> tasks) {
        List<Wanted> wanted = tasks.stream()
                .map(task -> new Wanted(
                        task,
                        store.find(task.lane().device()),
                        store.peerKeys(task.lane().device())))
                .toList();
        Map<Task, Verdict> verdicts = new HashMap<>();
        try {
            remove(wanted.stream().filter(one -> !one.isIn()).toList(), verdicts);
            put(wanted.stream().filter(Wanted::isIn).toList(), verdicts);
        } catch (BackendUnavailableException e) {
            tasks.forEach(task -> verdicts.putIfAbsent(task, Verdicts.ofAll(e)));
        }
        return tasks.stream().map(verdicts::get).toList();
    }

    private void put(List<Wanted> in, Map<Task, Verdict> verdicts) {
        List<Wanted> free = new ArrayList<>();
        for (Wanted one : in) {
            Optional<PeerKey> occupant = foreign.at(one.assignment().address());
            if (occupant.isPresent()) {
                verdicts.put(
                        one.task(),
                        new Verdict.Refused(
                                "the server has a peer at " + one.assignment().address()
                                        + " that is not the bridge's (" + occupant.get()
                                        + "); take it away there, and this is tried again"));
            } else {
                free.add(one);
            }
        }
        if (free.isEmpty()) {
            return;
        }
        List<TunnelPeers.Result> results =
                peers.put(free.stream().map(Wanted::assignment).toList());
        Instant now = clock.instant();
        Evidence evidence = Evidence.ACKNOWLEDGED.and(peers.evidence());
        for (int i = 0; i < free.size(); i++) {
            Wanted one = free.get(i);
            verdicts.put(
                    one.task(),
                    verdict(
                            results.get(i),
                            new Observation(
                                    now, evidence, "peer at " + one.assignment().address()),
                            again(one, now)));
        }
    }

    private void remove(List<Wanted> out, Map<Task, Verdict> verdicts) {
        if (out.isEmpty()) {
            return;
        }
        List<PeerKey> keys =
                out.stream().flatMap(one -> one.keys().stream()).distinct().toList();
        peers.remove(keys);
        Set<PeerKey> there = peers.observe().keySet();
        Instant now = clock.instant();
        for (Wanted one : out) {
            if (one.keys().stream().anyMatch(there::contains)) {
                verdicts.put(one.task(), Verdicts.soon("the server still has a peer of the device"));
                continue;
            }
            releaseAddress(one, now);
            String what = peers.evidence() == Evidence.OBSERVED
                    ? "no peer of the device among those of the server"
                    : "no peer of the device in the server's file; nobody tells whether the server has read it";
            verdicts.put(one.task(), new Verdict.Done(new Observation(now, peers.evidence(), what), again(one, now)));
        }
    }

    private void releaseAddress(Wanted one, Instant now) {
        Optional<Device> out = one.device().filter(device -> device.state() == DeviceState.DECOMMISSIONED);
        if (out.isPresent()) {
            Device device = out.get();
            Instant until = now.plus(quarantine);
            // Refused when it was readmitted meanwhile, which it can be only after this was done before.
            store.commit(new Change.AddressReleased(
                    device.id(),
                    device.incarnation(),
                    until,
                    new AuditEvent(
                            now,
                            device.id().key(),
                            AuditEvent.Action.ADDRESS_RELEASED,
                            "bridge",
                            device.address() + " rests until " + until.truncatedTo(ChronoUnit.SECONDS))));
        }
    }

    /** Whoever lost the lane may still be in the middle of a call: once that has ended, what it did shows. */
    private Optional<Instant> again(Wanted one, Instant now) {
        return one.task().takenOver()
                ? Optional.of(now.plus(peers.deadline()))
                : rechecks.next(one.task(), one.device(), false, now);
    }

    private static Verdict verdict(TunnelPeers.Result result, Observation observation, Optional<Instant> again) {
        return result instanceof TunnelPeers.Result.Refused refused
                ? new Verdict.Refused(refused.why())
                : new Verdict.Done(observation, again);
    }
}
