package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Enrolls a device: judges the request, and answers with a certificate chain and a tunnel configuration. The same key is
 * answered with what is stored; another key, or another WireGuard key, of a known device needs a warrant. Safe for concurrent
 * use; blocks at most as long as the authority's deadline and the store's time-outs.
 */
public final class EnrollDevice {

    private static final Logger LOG = System.getLogger(EnrollDevice.class.getName());
    private static final Duration SOON = Duration.ofSeconds(1);

    // Each round is answered unless somebody else changed the same device in between.
    private static final int ROUNDS = 8;

    private final DeviceStore store;
    private final CertificateAuthority authority;
    private final EnrollmentPolicy policy;
    private final InstantSource clock;
    private final RequestJudge judge;
    private final Issuance issuance;
    private final PeerGrants grants;
    private final KnownDeviceEnrollment knownDevices;
    private final Flights flights = new Flights();

    /** @param targetTokens whether each device is given a token for the update server */
    public EnrollDevice(
            DeviceStore store,
            CertificateAuthority authority,
            CsrReader reader,
            TunnelConfigWriter tunnel,
            EnrollmentPolicy policy,
            boolean targetTokens,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.authority = authority;
        this.policy = policy;
        this.clock = clock;
        this.judge = new RequestJudge(reader, tunnel);
        TargetTokens tokens = new TargetTokens(store, targetTokens, random);
        this.issuance = new Issuance(store, authority, tokens, clock, random);
        this.grants = new PeerGrants(tunnel);
        this.knownDevices = new KnownDeviceEnrollment(
                store,
                grants,
                tokens,
                policy.reenrollment(),
                (application, device, grant) -> issue(application, device.version(), device.incarnation(), grant));
    }

    /** Never throws for what a device, the authority or the store does wrong: that is in the result. */
    public EnrollmentResult enroll(EnrollmentRequest request) {
        return judge.judge(request, application -> {
            try {
                return decide(application);
            } catch (BackendUnavailableException e) {
                LOG.log(Level.ERROR, "{0}: the store failed: {1}", application.id(), e.getMessage());
                return new EnrollmentResult.Deferred(
                        DeferralReason.STORE_UNAVAILABLE,
                        "The bridge cannot store anything at the moment; send the request again later.",
                        e.retryAfter());
            }
        });
    }

    private EnrollmentResult decide(Application application) {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<EnrollmentResult> result = round(application);
            if (result.isPresent()) {
                return result.get();
            }
        }
        return inProgress();
    }

    /** Empty when another enrollment of the device got in between: look again. */
    private Optional<EnrollmentResult> round(Application application) {
        Instant now = clock.instant();
        Optional<IssuanceIntent> open = store.openIntent(application.id(), now);
        if (open.isPresent()) {
            return besideOpenIntent(application, open.get());
        }
        Optional<Device> known = store.find(application.id());
        return known.isPresent() ? knownDevices.decide(application, known.get(), now) : ofStranger(application, now);
    }

    private Optional<EnrollmentResult> besideOpenIntent(Application application, IssuanceIntent intent) {
        if (!intent.device().equals(application.id())) {
            return Optional.of(Refusals.otherSpelling(application));
        }
        if (!intent.key().equals(application.key())) {
            return Optional.of(Refusals.otherKey(application));
        }
        return awaitFirst(application);
    }

    private Optional<EnrollmentResult> ofStranger(Application application, Instant now) {
        if (policy.reserves(application.id())) {
            return Optional.of(application.refuse(
                    RefusalReason.RESERVED_DEVICE_ID,
                    "This id is the name of a server and cannot be a device's; choose another."));
        }
        return issue(application, Device.ABSENT, store.incarnation(application.id()), grants.first(application, now));
    }

    private Optional<EnrollmentResult> issue(
            Application application, long expectedVersion, Incarnation incarnation, PeerGrant grant) {
        if (!flights.begin(application)) {
            return awaitFirst(application);
        }
        try {
            return issuance.issue(application, application.id(), incarnation, expectedVersion, grant);
        } finally {
            flights.end(application);
        }
    }

    /** The same request is under way: wait for it and look again, or send the device away for a moment. */
    private Optional<EnrollmentResult> awaitFirst(Application application) {
        return switch (flights.awaitEnd(application, authority.deadline())) {
            case ENDED -> Optional.empty();
            case GIVEN_UP -> Optional.of(inProgress());
            // A flight ends after its intent: one that is still open is another process's.
            case NONE -> store.openIntent(application.id(), clock.instant()).map(open -> inProgress());
        };
    }

    private static EnrollmentResult inProgress() {
        return new EnrollmentResult.Deferred(
                DeferralReason.IN_PROGRESS, "The same enrollment is under way; send the request again.", SOON);
    }
}
