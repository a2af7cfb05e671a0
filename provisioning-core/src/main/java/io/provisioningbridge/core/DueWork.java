package io.provisioningbridge.core;

import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.PeerDirectory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/** What the bridge does by itself: it compares what is with what should be, and remembers nothing that the store does not. */
final class DueWork {

    private static final Logger LOG = System.getLogger(DueWork.class.getName());
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(30);
    private static final int BATCH = 100;
    private static final long NEVER = -1;

    private final DeviceStore store;
    private final CertificateAuthority authority;
    private final PeerDirectory directory;
    private final InstantSource clock;

    private final ReentrantLock running = new ReentrantLock();
    private long publishedRevision = NEVER;
    private Instant publishAgain = Instant.MIN;
    private Instant revokeAgain = Instant.MIN;

    DueWork(DeviceStore store, CertificateAuthority authority, PeerDirectory directory, InstantSource clock) {
        this.store = store;
        this.authority = authority;
        this.directory = directory;
        this.clock = clock;
    }

    int run() {
        if (!running.tryLock()) {
            return 0;
        }
        try {
            Instant now = clock.instant();
            return publish(now);
        } catch (BackendUnavailableException e) {
            LOG.log(Level.ERROR, "the store failed: {0}", e.getMessage());
            return 0;
        } finally {
            running.unlock();
        }
    }

    private int publish(Instant now) {
        if (now.isBefore(publishAgain) || store.peersRevision() == publishedRevision) {
            return 0;
        }
        PeerSnapshot snapshot = store.peers();
        try {
            directory.publish(snapshot);
        } catch (BackendException e) {
            LOG.log(Level.ERROR, "the peer directory could not be published: {0}", e.getMessage());
            publishAgain = now.plus(PAUSE_AFTER_FAILURE);
            return 0;
        }
        publishedRevision = snapshot.revision();
        return 1;
    }
}
