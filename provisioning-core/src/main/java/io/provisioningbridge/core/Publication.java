package io.provisioningbridge.core;

import io.provisioningbridge.core.domain.PeerSnapshot;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.PeerDirectory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps the peer directory as the store says. Safe for concurrent use. */
final class Publication {

    private static final Logger LOG = System.getLogger(Publication.class.getName());
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(30);
    private static final long NEVER = -1;

    private final DeviceStore store;
    private final PeerDirectory directory;
    private final InstantSource clock;

    private final ReentrantLock running = new ReentrantLock();
    private long publishedRevision = NEVER;
    private Instant publishAgain = Instant.MIN;

    Publication(DeviceStore store, PeerDirectory directory, InstantSource clock) {
        this.store = store;
        this.directory = directory;
        this.clock = clock;
    }

    int run() {
        if (!running.tryLock()) {
            return 0;
        }
        try {
            return publish(clock.instant());
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
