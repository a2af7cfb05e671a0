package io.provisioningbridge.core;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.enrollment.ConfirmCertificate;
import io.provisioningbridge.core.enrollment.Confirmation;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.enrollment.EnrollDevice;
import io.provisioningbridge.core.enrollment.EnrollmentPolicy;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.operation.AllowReenrollment;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.PeerDirectory;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The bridge, embedded: give {@link #builder()} an implementation of each port, call {@link #enroll} for requests and
 * {@link #runDue} now and then for what is to be done outside of requests. Starts no thread, holds no static state, installs
 * nothing JVM-wide. Safe for concurrent use. {@link #close} closes the store.
 */
public final class ProvisioningBridge implements AutoCloseable {

    private final DeviceStore store;
    private final EnrollDevice enrollDevice;
    private final ConfirmCertificate confirmCertificate;
    private final AllowReenrollment allowReenrollment;
    private final DueWork dueWork;

    private ProvisioningBridge(DeviceStore store, InstantSource clock, EnrollDevice enrollDevice, DueWork dueWork) {
        this.store = store;
        this.enrollDevice = enrollDevice;
        this.confirmCertificate = new ConfirmCertificate(store, clock);
        this.allowReenrollment = new AllowReenrollment(store, clock);
        this.dueWork = dueWork;
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

    /** An operator vouches for a key; see {@link AllowReenrollment#allow}. */
    public AllowReenrollment.Result allowReenrollment(DeviceId id, KeyHash key, String operator) {
        return allowReenrollment.allow(id, key, operator);
    }

    /**
     * Does what is due outside of requests: publishes the peer directory when it changed, revokes what waits for it. A
     * backend that fails is logged and tried again by a later call, after a pause. Calls do not overlap: a second one returns
     * at once. Call it about once a second.
     *
     * @return how many things were done
     */
    public int runDue() {
        return dueWork.run();
    }

    @Override
    public void close() {
        store.close();
    }

    /** Collects the ports. All but the last five are required. Not safe for concurrent use. */
    public static final class Builder {

        private @Nullable DeviceStore store;
        private @Nullable CertificateAuthority authority;
        private @Nullable CsrReader csrReader;
        private @Nullable TunnelConfigWriter tunnelConfigWriter;
        private PeerDirectory peerDirectory = snapshot -> {};
        private EnrollmentPolicy policy = EnrollmentPolicy.open(Set.of());
        private InstantSource clock = InstantSource.system();
        private LongSupplier nanos = System::nanoTime;
        private RandomGenerator random = new SecureRandom();

        private Builder() {}

        public Builder store(DeviceStore deviceStore) {
            this.store = deviceStore;
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

        /** Where intent names come from; must not be guessable outside of tests. A {@link SecureRandom} by default. */
        public Builder random(RandomGenerator generator) {
            this.random = generator;
            return this;
        }

        /** @throws IllegalStateException naming the port that is missing */
        public ProvisioningBridge build() {
            DeviceStore theStore = required(store, "store");
            CertificateAuthority theAuthority = required(authority, "authority");
            EnrollDevice enroll = new EnrollDevice(
                    theStore,
                    theAuthority,
                    required(csrReader, "csrReader"),
                    required(tunnelConfigWriter, "tunnelConfigWriter"),
                    policy,
                    clock,
                    random);
            return new ProvisioningBridge(theStore, clock, enroll, new DueWork(theStore, peerDirectory, clock, nanos));
        }

        private static <T> T required(@Nullable T port, String name) {
            if (port == null) {
                throw new IllegalStateException("ProvisioningBridge.builder() needs ." + name + "(…)");
            }
            return port;
        }
    }
}
