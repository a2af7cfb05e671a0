package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
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

    private final LaneRunner authority;
    private final LaneRunner tunnel;
    private final TunnelVerification verification;
    private final TunnelPeers peers;
    private final Pace writing;

    /**
     * @param quarantine how long an address rests after its peer was removed
     * @param nanos as {@link System#nanoTime}
     */
    public Lanes(
            DeviceStore store,
            WorkQueue queue,
            CertificateAuthority authority,
            TunnelPeers peers,
            Duration quarantine,
            InstantSource clock,
            LongSupplier nanos,
            RandomGenerator random) {
        ForeignPeers foreign = new ForeignPeers();
        this.authority = new LaneRunner(queue, new AuthorityConvergence(store, authority, clock), clock, random);
        this.tunnel =
                new LaneRunner(queue, new TunnelConvergence(store, peers, foreign, quarantine, clock), clock, random);
        this.peers = peers;
        this.writing = new Pace(REST, nanos);
        this.verification = new TunnelVerification(store, queue, peers, foreign, clock);
    }

    /**
     * Does what is due at one system.
     *
     * @return how many lanes were brought up, or found to differ
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read or written
     */
    public int run(Backend backend) {
        return switch (backend) {
            case CERTIFICATE_AUTHORITY -> authority.run();
            case TUNNEL -> verification.run() + runTunnel();
        };
    }

    private int runTunnel() {
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
