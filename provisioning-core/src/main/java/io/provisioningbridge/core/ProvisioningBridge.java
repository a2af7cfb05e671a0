package io.provisioningbridge.core;

import io.provisioningbridge.core.convergence.Lanes;
import io.provisioningbridge.core.convergence.Systems;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.drift.Drift;
import io.provisioningbridge.core.drift.DriftCheck;
import io.provisioningbridge.core.drift.Pause;
import io.provisioningbridge.core.enrollment.ConfirmCertificate;
import io.provisioningbridge.core.enrollment.Confirmation;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollDevice;
import io.provisioningbridge.core.enrollment.EnrollmentPolicy;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.PublishedPeers;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import io.provisioningbridge.core.port.TunnelPeers;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.WorkQueue;
import io.provisioningbridge.core.postconnect.ConfirmConnection;
import io.provisioningbridge.core.postconnect.ConnectionResult;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The bridge, embedded: give {@link #builder()} an implementation of each port, call {@link #enroll} for requests and
 * {@link #runDue()} now and then for what is to be done outside of requests. Starts no thread, holds no static state, installs
 * nothing JVM-wide. Safe for concurrent use. {@link #close} closes the store.
 */
public final class ProvisioningBridge implements AutoCloseable {

    private static final Logger LOG = System.getLogger(ProvisioningBridge.class.getName());
    private static final Duration DEFAULT_QUARANTINE = Duration.ofHours(24);
    private static final Duration DEFAULT_POLLING_INTERVAL = Duration.ofMinutes(5);
    private static final Duration DEFAULT_DRIFT_INTERVAL = Duration.ofHours(6);

    private final DeviceStore store;
    private final EnrollDevice enrollDevice;
    private final ConfirmCertificate confirmCertificate;
    private final ConfirmConnection confirmConnection;
    private final Operations operations;
    private final Publication publication;
    private final Lanes lanes;
    private final Drift drift;

    private ProvisioningBridge(
            DeviceStore store,
            EnrollDevice enrollDevice,
            ConfirmCertificate confirmCertificate,
            ConfirmConnection confirmConnection,
            Operations operations,
            Publication publication,
            Lanes lanes,
            Drift drift) {
        this.store = store;
        this.enrollDevice = enrollDevice;
        this.confirmCertificate = confirmCertificate;
        this.confirmConnection = confirmConnection;
        this.operations = operations;
        this.publication = publication;
        this.lanes = lanes;
        this.drift = drift;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Enrolls a device; see {@link EnrollDevice#enroll}. */
    public EnrollmentResult enroll(EnrollmentRequest request) {
        return enrollDevice.enroll(request);
    }

    /** A device has stored its certificate; see {@link ConfirmCertificate#confirm}. */
    public ConfirmationResult confirm(Confirmation confirmation) {
        return confirmCertificate.confirm(confirmation);
    }

    /** A device is said to have connected; see {@link ConfirmConnection#connected}. */
    public ConnectionResult connected(DeviceId id, String cause) {
        return confirmConnection.connected(id, cause);
    }

    /** What differs between the store and the outside systems; {@link Drift#runDue} has to be called now and then. */
    public Drift drift() {
        return drift;
    }

    /** What operators do. */
    public Operations operations() {
        return operations;
    }

    /**
     * Does what is due outside of requests: brings each outside system up to date, publishes the peer directory when it
     * changed. A backend that fails is logged and tried again by a later call. Call it about once a second; or give each
     * system a thread of its own with {@link #runDue(Backend)} and {@link #publish}, so that one that hangs holds up no other.
     *
     * @return how many things were done
     */
    public int runDue() {
        int done = publish();
        for (Backend backend : Backend.values()) {
            done += runDue(backend);
        }
        return done;
    }

    /**
     * Does what is due at one outside system. Calls may overlap: no device is worked on twice at a time.
     *
     * @return how many devices were brought up to date, or found not to be
     */
    public int runDue(Backend backend) {
        try {
            return lanes.run(backend);
        } catch (BackendUnavailableException e) {
            LOG.log(Level.ERROR, "the store failed: {0}", e.getMessage());
            return 0;
        }
    }

    /**
     * Publishes the peer directory when it changed. Calls do not overlap: a second one returns at once.
     *
     * @return 1 when it was published
     */
    public int publish() {
        return publication.run();
    }

    @Override
    public void close() {
        store.close();
    }

    /** Collects the ports. Required are those without a default. Not safe for concurrent use. */
    public static final class Builder {

        private @Nullable DeviceStore store;
        private @Nullable WorkQueue queue;
        private @Nullable CertificateAuthority authority;
        private @Nullable CsrReader csrReader;
        private @Nullable TunnelConfigWriter tunnelConfigWriter;
        private @Nullable TunnelPeers tunnelPeers;
        private Optional<UpdateServer> updateServer = Optional.empty();
        private Optional<DevicePlatform> platform = Optional.empty();
        private boolean targetTokens;
        private Duration pollingInterval = DEFAULT_POLLING_INTERVAL;
        private PeerDirectory peerDirectory = snapshot -> {};
        private Duration addressQuarantine = DEFAULT_QUARANTINE;
        private Duration driftInterval = DEFAULT_DRIFT_INTERVAL;
        private EnrollmentPolicy policy = EnrollmentPolicy.open(Set.of());
        private InstantSource clock = InstantSource.system();
        private LongSupplier nanos = System::nanoTime;
        private Pause pause = length -> TimeUnit.NANOSECONDS.sleep(length.toNanos());
        private RandomGenerator random = new SecureRandom();

        private Builder() {}

        public Builder store(DeviceStore deviceStore) {
            this.store = deviceStore;
            return this;
        }

        /** The work queue of that store. */
        public Builder workQueue(WorkQueue workQueue) {
            this.queue = workQueue;
            return this;
        }

        public Builder authority(CertificateAuthority certificateAuthority) {
            this.authority = certificateAuthority;
            return this;
        }

        public Builder csrReader(CsrReader reader) {
            this.csrReader = reader;
            return this;
        }

        public Builder tunnelConfigWriter(TunnelConfigWriter writer) {
            this.tunnelConfigWriter = writer;
            return this;
        }

        /** The tunnel server's peers. */
        public Builder tunnelPeers(TunnelPeers peers) {
            this.tunnelPeers = peers;
            return this;
        }

        /** Where devices get their updates from; nowhere by default. */
        public Builder updateServer(UpdateServer server) {
            this.updateServer = Optional.of(server);
            return this;
        }

        /** What devices connect to; nothing that could be asked by default. */
        public Builder platform(DevicePlatform devicePlatform) {
            this.platform = Optional.of(devicePlatform);
            return this;
        }

        /** Whether each device is given a token for the update server; not by default. */
        public Builder targetTokens(boolean given) {
            this.targetTokens = given;
            return this;
        }

        /** How often devices ask the update server, which is when one that was removed may come back; 5 minutes by default. */
        public Builder pollingInterval(Duration interval) {
            this.pollingInterval = interval;
            return this;
        }

        /** How long the address of a device out of service rests before another gets it; 24 hours by default. */
        public Builder addressQuarantine(Duration rest) {
            this.addressQuarantine = rest;
            return this;
        }

        /** How long after one comparison of all outside systems with the store the next is due; 6 hours by default. */
        public Builder driftInterval(Duration interval) {
            this.driftInterval = interval;
            return this;
        }

        /** Who is told of tunnel addresses; nobody by default. */
        public Builder peerDirectory(PeerDirectory directory) {
            this.peerDirectory = directory;
            return this;
        }

        /** Who may enroll; everybody by default, except as {@code localhost}. */
        public Builder policy(EnrollmentPolicy enrollmentPolicy) {
            this.policy = enrollmentPolicy;
            return this;
        }

        /** The time; the system's by default. */
        public Builder clock(InstantSource source) {
            this.clock = source;
            return this;
        }

        /** What durations are measured by, in nanoseconds; {@link System#nanoTime} by default. */
        public Builder nanos(LongSupplier source) {
            this.nanos = source;
            return this;
        }

        /**
         * How the thread that compares outside systems with the store waits before it asks one again that was not available;
         * it sleeps by default.
         */
        public Builder pause(Pause waiting) {
            this.pause = waiting;
            return this;
        }

        /** Where intent names come from; must not be guessable outside of tests. A {@link SecureRandom} by default. */
        public Builder random(RandomGenerator generator) {
            this.random = generator;
            return this;
        }

        /**
         * Tells the store which systems there are lanes for.
         *
         * @throws IllegalStateException naming the port that is missing
         * @throws BackendUnavailableException the store cannot be written
         */
        public ProvisioningBridge build() {
            DeviceStore theStore = required(store, "store");
            CertificateAuthority theAuthority = required(authority, "authority");
            EnrollDevice enroll = new EnrollDevice(
                    theStore,
                    theAuthority,
                    required(csrReader, "csrReader"),
                    required(tunnelConfigWriter, "tunnelConfigWriter"),
                    policy,
                    targetTokens,
                    clock,
                    random);
            WorkQueue theQueue = required(queue, "workQueue");
            Systems systems = new Systems(theAuthority, required(tunnelPeers, "tunnelPeers"), updateServer, platform);
            theStore.keepLanes(systems.inUse(), clock.instant());
            Lanes lanes =
                    new Lanes(theStore, theQueue, systems, addressQuarantine, pollingInterval, clock, nanos, random);
            Publication publication = new Publication(theStore, peerDirectory, clock, nanos);
            DriftCheck driftCheck = new DriftCheck(
                    theStore,
                    theQueue,
                    systems,
                    peerDirectory instanceof PublishedPeers published ? Optional.of(published) : Optional.empty(),
                    publication::publishedRevision,
                    clock,
                    pause);
            return new ProvisioningBridge(
                    theStore,
                    enroll,
                    new ConfirmCertificate(theStore, clock),
                    new ConfirmConnection(theStore, theQueue, systems.inUse(), clock),
                    Operations.of(theStore, theQueue, theAuthority, policy, clock),
                    publication,
                    lanes,
                    new Drift(driftCheck, theStore, theQueue, publication::again, driftInterval, clock));
        }

        private static <T> T required(@Nullable T port, String name) {
            if (port == null) {
                throw new IllegalStateException("ProvisioningBridge.builder() needs ." + name + "(…)");
            }
            return port;
        }
    }
}
