package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * The lanes of every outside system. One that hangs or is down holds up nobody but whoever calls for it. Safe for concurrent
 * use.
 */
public final class Lanes {

    private final LaneRunner authority;
    private final LaneRunner tunnel;
    private final TunnelVerification verification;

    /** @param quarantine how long an address rests after its peer was removed */
    public Lanes(
            DeviceStore store,
            WorkQueue queue,
            CertificateAuthority authority,
            TunnelPeers peers,
            Duration quarantine,
            InstantSource clock,
            RandomGenerator random) {
        ForeignPeers foreign = new ForeignPeers();
        this.authority = new LaneRunner(queue, new AuthorityConvergence(store, authority, clock), clock, random);
        this.tunnel =
                new LaneRunner(queue, new TunnelConvergence(store, peers, foreign, quarantine, clock), clock, random);
        this.verification = new TunnelVerification(store, peers, foreign, clock);
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
            case TUNNEL -> verification.run() + tunnel.run();
        };
    }
}
