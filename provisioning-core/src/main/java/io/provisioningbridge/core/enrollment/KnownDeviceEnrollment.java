package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.Attempt;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.domain.TunnelPeer.Origin;
import io.provisioningbridge.core.enrollment.EnrollmentResult.Refused;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a request for a device that is known: the same request gets the same answer, a change needs a warrant.
 * Every method answers empty when the device changed meanwhile, or had to be changed first: look again.
 */
final class KnownDeviceEnrollment {

    /** Issues a certificate for the device as it was looked at. */
    interface Issuer {
        Optional<EnrollmentResult> issue(Application application, Device device, PeerGrant grant);
    }

    /** What speaks for a change. */
    private enum Warrant {
        NONE,
        SIGNED,
        ALLOWED,
        OPEN
    }

    private static final Duration REMEMBER_AGAIN = Duration.ofHours(1);

    private final DeviceStore store;
    private final PeerGrants grants;
    private final TargetTokens targetTokens;
    private final Reenrollment rule;
    private final Issuer issuer;

    KnownDeviceEnrollment(
            DeviceStore store, PeerGrants grants, TargetTokens targetTokens, Reenrollment rule, Issuer issuer) {
        this.store = store;
        this.grants = grants;
        this.targetTokens = targetTokens;
        this.rule = rule;
        this.issuer = issuer;
    }

    Optional<EnrollmentResult> decide(Application application, Device device, Instant now) {
        Optional<Refused> outside = Refusals.outside(application, device);
        if (outside.isPresent()) {
            return Optional.of(outside.get());
        }
        KnownDevice known = KnownDevice.of(device, store.certificates(device.id()));
        Optional<DeviceCertificate> proof = known.proofIn(application.signature());
        if (proof.filter(signer -> signer.standing() == Standing.ISSUED).isPresent()) {
            return see(application, device, proof.get(), now);
        }
        Optional<DeviceCertificate> given = known.answerTo(application.signature());
        Optional<DeviceCertificate> latest = given.isPresent() ? given : known.latestFor(application.key());
        if (latest.isPresent() && !latest.get().provesDevice()) {
            return Optional.of(Refusals.certificateRevoked(application));
        }
        boolean asksAnew = given.isEmpty() && proof.isPresent() && proof.equals(latest);
        Warrant warrant = given.isPresent() ? Warrant.NONE : warrant(application, device, proof, now);
        if (latest.isEmpty() || (asksAnew && warrant == Warrant.SIGNED)) {
            return change(application, device, warrant, Refusals.otherKey(application), now);
        }
        return repeat(application, device, latest.get(), warrant, proof.isPresent(), now);
    }

    /** The same key again: the stored answer, or a new certificate once that one has expired. */
    private Optional<EnrollmentResult> repeat(
            Application application,
            Device device,
            DeviceCertificate latest,
            Warrant warrant,
            boolean proven,
            Instant now) {
        TunnelPeer peer = latest.peer();
        if (application.peerKey().isPresent() && !application.peerKey().get().equals(peer.key())) {
            return change(application, device, warrant, Refusals.otherPeerKey(application), now);
        }
        boolean privateHalfGone = application.peerKey().isEmpty() && peer.origin() == Origin.BRIDGE;
        if (privateHalfGone && !peer.mayBeMadeAnew(now)) {
            return change(application, device, warrant, Refusals.peerKeyLost(application), now);
        }
        PeerGrant grant = privateHalfGone ? grants.remade(peer) : grants.kept(peer);
        if (latest.servesAt(now)) {
            return answerAgain(application, device, latest, grant, proven, now);
        }
        return rule == Reenrollment.NEVER
                ? Optional.of(Refusals.reenrollmentOff(application))
                : issuer.issue(application, device, grant);
    }

    private Optional<EnrollmentResult> change(
            Application application, Device device, Warrant warrant, Refused otherwise, Instant now) {
        return switch (warrant) {
            case SIGNED, ALLOWED, OPEN -> issuer.issue(application, device, grants.changed(application, device, now));
            case NONE -> {
                remember(application, device, now);
                yield Optional.of(otherwise);
            }
        };
    }

    private Warrant warrant(Application application, Device device, Optional<DeviceCertificate> proof, Instant now) {
        return switch (rule) {
            case PROOF -> signedOrAllowed(application, device, proof, now);
            case OPEN -> {
                Warrant better = signedOrAllowed(application, device, proof, now);
                yield better == Warrant.NONE ? Warrant.OPEN : better;
            }
            case NEVER -> proof.filter(signer -> signer.servesAt(now)).isPresent() ? Warrant.SIGNED : Warrant.NONE;
        };
    }

    private Warrant signedOrAllowed(
            Application application, Device device, Optional<DeviceCertificate> proof, Instant now) {
        if (proof.isPresent()) {
            return Warrant.SIGNED;
        }
        return store.isAllowed(device.id(), application.key(), now) ? Warrant.ALLOWED : Warrant.NONE;
    }

    /** The stored answer; only a pair that has to be made anew changes anything. */
    private Optional<EnrollmentResult> answerAgain(
            Application application,
            Device device,
            DeviceCertificate certificate,
            PeerGrant grant,
            boolean proven,
            Instant now) {
        if (!grant.peer().equals(certificate.peer())) {
            Outcome outcome = store.commit(new Change.PeerReplaced(
                    certificate,
                    device.version(),
                    grant.peer(),
                    application.audit(Action.PEER_REPLACED, now, "made anew for a repeated request")));
            if (!(outcome instanceof Outcome.Committed)) {
                return Optional.empty();
            }
        }
        return Optional.of(Answers.enrolled(
                certificate,
                device.address(),
                grant.configuration(device.address()),
                targetTokens.again(certificate, proven)));
    }

    /** A request signed with a certificate shows that the device has it. */
    private Optional<EnrollmentResult> see(
            Application application, Device device, DeviceCertificate signer, Instant now) {
        store.commit(new Change.Seen(
                signer,
                device.version(),
                now,
                application.audit(
                        Action.CERTIFICATE_SEEN,
                        now,
                        "signed a request with serial " + DeviceCertificate.text(signer.serial()))));
        return Optional.empty();
    }

    /** Keeps the key for the operator; one that was written within the hour is not written again. */
    private void remember(Application application, Device device, Instant now) {
        List<Attempt> kept = store.attempts(device.id());
        boolean fresh = kept.stream()
                .anyMatch(attempt -> attempt.key().equals(application.key())
                        && attempt.at().plus(REMEMBER_AGAIN).isAfter(now));
        if (!fresh) {
            store.commit(new Change.Attempted(
                    device.id(),
                    new Attempt(application.key(), now, application.source()),
                    application.audit(Action.REENROLLMENT_REFUSED, now, "key " + application.key())));
        }
    }
}
