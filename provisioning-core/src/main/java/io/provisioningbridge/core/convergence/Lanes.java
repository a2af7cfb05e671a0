package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The lanes of every outside system. One that hangs or is down holds up nobody but whoever calls for it. Safe for concurrent
 * use.
 */
public final class Lanes {

    // Writing all peers down costs what the fleet costs: it gets a twentieth of a core.
    private static final int REST = 20;

    private final Map<Backend, LaneRunner> runners = new EnumMap<>(Backend.class);
    private final TunnelVerification verification;
    private final TunnelPeers peers;
    private final Pace writing;

    /**
     * @param quarantine how long an address rests after its peer was removed
     * @param pollingInterval how often devices ask the update server
     * @param nanos as {@link System#nanoTime}
     */
    public Lanes(
            DeviceStore store,
            WorkQueue queue,
            Systems systems,
            Duration quarantine,
            Duration pollingInterval,
            InstantSource clock,
            LongSupplier nanos,
            RandomGenerator random) {
        this.peers = systems.tunnel();
        this.writing = new Pace(REST, nanos);
        ForeignPeers foreign = new ForeignPeers();
        Rechecks rechecks = new Rechecks(pollingInterval);
        List<Convergence> convergences = new ArrayList<>();
        convergences.add(new AuthorityConvergence(store, systems.authority(), rechecks, clock));
        convergences.add(new TunnelConvergence(store, peers, foreign, quarantine, rechecks, clock));
        systems.updateServer()
                .ifPresent(server -> convergences.add(new UpdateServerConvergence(store, server, rechecks, clock)));
        systems.platform()
                .ifPresent(platform -> convergences.add(new PlatformConvergence(store, platform, rechecks, clock)));
        for (Convergence convergence : convergences) {
            runners.put(convergence.backend(), new LaneRunner(queue, convergence, clock, random));
        }
        this.verification = new TunnelVerification(store, queue, peers, foreign, clock);
    }

    /**
     * Does what is due at one system; nothing where that is not there.
     *
     * @return how many lanes were brought up, or found to differ
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read or written
     */
    public int run(Backend backend) {
        LaneRunner runner = runners.get(backend);
        if (runner == null) {
            return 0;
        }
        return backend == Backend.TUNNEL ? verification.run() + runTunnel(runner) : runner.run();
    }

    private int runTunnel(LaneRunner tunnel) {
        if (peers.evidence() != Evidence.PROJECTED) {
            return tunnel.run();
        }
        if (!writing.allows()) {
            return 0;
        }
        AtomicInteger done = new AtomicInteger();
        writing.work(() -> done.set(tunnel.run()));
        return done.get();
    }
}
