package io.provisioningbridge.core;

import io.provisioningbridge.core.convergence.Pace;
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
import java.util.function.LongSupplier;

/** Keeps the peer directory as the store says. Safe for concurrent use. */
final class Publication {

    private static final Logger LOG = System.getLogger(Publication.class.getName());
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(30);
    // A publication costs what the whole fleet costs: it gets less than a twentieth of one core, however often it is
    // wanted.
    private static final int REST = 20;
    private static final long NEVER = -1;

    private final DeviceStore store;
    private final PeerDirectory directory;
    private final InstantSource clock;
    private final Pace publishing;

    private final ReentrantLock running = new ReentrantLock();
    private volatile long publishedRevision = NEVER;
    private volatile boolean anew;
    private Instant publishAgain = Instant.MIN;

    /** @param nanos as {@link System#nanoTime} */
    Publication(DeviceStore store, PeerDirectory directory, InstantSource clock, LongSupplier nanos) {
        this.store = store;
        this.directory = directory;
        this.clock = clock;
        this.publishing = new Pace(REST, nanos);
    }

    /** Of the snapshot that was published last; of none, when nothing was. */
    long publishedRevision() {
        return publishedRevision;
    }

    /** Has it published although nothing changed here: something may have changed there. */
    void again() {
        anew = true;
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
        if (anew) {
            anew = false;
            publishedRevision = NEVER;
            publishAgain = Instant.MIN;
        }
        if (now.isBefore(publishAgain) || !publishing.allows() || store.peersRevision() == publishedRevision) {
            return 0;
        }
        long before = publishedRevision;
        publishing.work(() -> publishAll(now));
        return publishedRevision == before ? 0 : 1;
    }

    private void publishAll(Instant now) {
        PeerSnapshot snapshot = store.peers();
        try {
            directory.publish(snapshot);
            publishedRevision = snapshot.revision();
        } catch (BackendException e) {
            LOG.log(Level.ERROR, "the peer directory could not be published: {0}", e.getMessage());
            publishAgain = now.plus(PAUSE_AFTER_FAILURE);
        }
    }
}
