package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.PeerKeyPair;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.domain.TunnelPeer.Origin;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.CsrReader;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Enrolls a device: judges the request, and answers with a certificate chain and a tunnel configuration. The same key is
 * answered with what is stored; another key, or another WireGuard key, of a known device is refused. Safe for concurrent
 * use; blocks at most as long as the authority's deadline and the store's time-outs.
 */
public final class EnrollDevice {

    private static final Logger LOG = System.getLogger(EnrollDevice.class.getName());
    private static final Duration SOON = Duration.ofSeconds(1);

    // Each round is answered unless somebody else changed the same device in between.
    private static final int ROUNDS = 8;

    private final DeviceStore store;
    private final CertificateAuthority authority;
    private final TunnelConfigWriter tunnel;
    private final EnrollmentPolicy policy;
    private final InstantSource clock;
    private final RequestJudge judge;
    private final Issuance issuance;
    private final Flights flights = new Flights();

    public EnrollDevice(
            DeviceStore store,
            CertificateAuthority authority,
            CsrReader reader,
            TunnelConfigWriter tunnel,
            EnrollmentPolicy policy,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.authority = authority;
        this.tunnel = tunnel;
        this.policy = policy;
        this.clock = clock;
        this.judge = new RequestJudge(reader, tunnel);
        this.issuance = new Issuance(store, authority, clock, random);
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
        return known.isPresent() ? ofKnown(application, known.get(), now) : ofStranger(application, now);
    }

    private Optional<EnrollmentResult> besideOpenIntent(Application application, IssuanceIntent intent) {
        if (!intent.device().equals(application.id())) {
            return Optional.of(otherSpelling(application));
        }
        if (!intent.key().equals(application.key())) {
            return Optional.of(otherKey(application));
        }
        return awaitFirst(application);
    }

    private Optional<EnrollmentResult> ofStranger(Application application, Instant now) {
        if (policy.reserves(application.id())) {
            return Optional.of(application.refuse(
                    RefusalReason.RESERVED_DEVICE_ID,
                    "This id is the name of a server and cannot be a device's; choose another."));
        }
        return issue(application, Device.ABSENT, Incarnation.FIRST, newPeer(application, now));
    }

    private Optional<EnrollmentResult> ofKnown(Application application, Device device, Instant now) {
        if (device.state() == DeviceState.DECOMMISSIONED) {
            return Optional.of(application.refuse(
                    RefusalReason.DEVICE_DECOMMISSIONED,
                    "The device was taken out of service; only an operator can readmit it."));
        }
        if (!device.id().equals(application.id())) {
            return Optional.of(otherSpelling(application));
        }
        if (device.state() == DeviceState.SUSPENDED) {
            return Optional.of(application.refuse(
                    RefusalReason.DEVICE_SUSPENDED, "The device is suspended; an operator can resume it."));
        }
        List<DeviceCertificate> ofThisKey = store.certificates(device.id()).stream()
                .filter(certificate -> certificate.incarnation().equals(device.incarnation()))
                .filter(certificate -> certificate.key().equals(application.key()))
                .filter(certificate -> certificate.standing() != DeviceCertificate.Standing.UNUSABLE)
                .toList();
        if (ofThisKey.isEmpty()) {
            return Optional.of(otherKey(application));
        }
        return ofItsOwnKey(application, device, ofThisKey.get(ofThisKey.size() - 1), now);
    }

    private Optional<EnrollmentResult> ofItsOwnKey(
            Application application, Device device, DeviceCertificate latest, Instant now) {
        boolean takenBack = latest.revocation() != DeviceCertificate.Revocation.NONE
                || latest.standing() == DeviceCertificate.Standing.SUPERSEDED;
        if (takenBack) {
            return Optional.of(application.refuse(
                    RefusalReason.CERTIFICATE_REVOKED,
                    "The certificate of this key was taken back and the key never returns; make a new key."));
        }
        if (application.peerKey().isPresent()
                && !application.peerKey().get().equals(device.peer().key())) {
            return Optional.of(application.refuse(
                    RefusalReason.OTHER_PEER_KEY,
                    "The device has another WireGuard key. Send the one it has, or send a request signed with the device's"
                            + " certificate key, or ask an operator to allow the change."));
        }
        boolean privateHalfGone =
                application.peerKey().isEmpty() && device.peer().origin() == Origin.BRIDGE;
        if (privateHalfGone && !device.peer().mayBeMadeAnew(now)) {
            return Optional.of(application.refuse(
                    RefusalReason.PEER_KEY_LOST,
                    "The bridge made this device's WireGuard pair and does not keep private keys. Send the public key the"
                            + " device has, or a request signed with the device's certificate key, or ask an operator to"
                            + " allow a new one."));
        }
        PeerGrant grant = privateHalfGone ? remadePeer(device) : keptPeer(device);
        return latest.servesAt(now)
                ? answerAgain(application, device, latest, grant, now)
                : issue(application, device.version(), device.incarnation(), grant);
    }

    /** The stored answer; only a pair that has to be made anew changes anything. */
    private Optional<EnrollmentResult> answerAgain(
            Application application, Device device, DeviceCertificate certificate, PeerGrant grant, Instant now) {
        if (!grant.peer().equals(device.peer())) {
            Outcome outcome = store.commit(new Change.PeerReplaced(
                    device.id(),
                    device.version(),
                    grant.peer(),
                    application.audit(Action.PEER_REPLACED, now, "made anew for a repeated request")));
            if (!(outcome instanceof Outcome.Committed)) {
                return Optional.empty();
            }
        }
        return Optional.of(Answers.enrolled(certificate, device.address(), grant.configuration(device.address())));
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

    private PeerGrant newPeer(Application application, Instant now) {
        return application
                .peerKey()
                .map(key -> new PeerGrant(new TunnelPeer(key, Origin.DEVICE, now), tunnel::configuration))
                .orElseGet(() -> bridgeMade(now));
    }

    private PeerGrant keptPeer(Device device) {
        return new PeerGrant(device.peer(), tunnel::configuration);
    }

    private PeerGrant remadePeer(Device device) {
        return bridgeMade(device.peer().firstIssued());
    }

    private PeerGrant bridgeMade(Instant firstIssued) {
        PeerKeyPair pair = tunnel.newKeyPair();
        return new PeerGrant(
                new TunnelPeer(pair.publicKey(), Origin.BRIDGE, firstIssued),
                address -> tunnel.configuration(address, pair.privateKey()));
    }

    private static EnrollmentResult otherSpelling(Application application) {
        return application.refuse(
                RefusalReason.OTHER_SPELLING,
                "A device with this id in another spelling exists; use the id exactly as it was first enrolled.");
    }

    private static EnrollmentResult otherKey(Application application) {
        return application.refuse(
                RefusalReason.OTHER_KEY,
                "This id is enrolled with another certificate key. Send the request signed with the device's current"
                        + " certificate key, or ask an operator to allow this key (key_sha256).");
    }

    private static EnrollmentResult inProgress() {
        return new EnrollmentResult.Deferred(
                DeferralReason.IN_PROGRESS, "The same enrollment is under way; send the request again.", SOON);
    }
}
