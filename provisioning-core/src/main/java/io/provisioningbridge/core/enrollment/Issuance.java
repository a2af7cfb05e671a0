package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.IssuedCertificate;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Reserve, sign, complete: the only way a certificate comes to a device. Whatever happens between two steps, the address,
 * the keys and the serial number are accounted for.
 */
final class Issuance {

    /** How much longer than the authority's deadline an intent lives. */
    static final Duration INTENT_GRACE = Duration.ofSeconds(30);

    private static final Logger LOG = System.getLogger(Issuance.class.getName());
    // However long the authority wants to be left alone: it may be well again, and the device has no certificate.
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

    private final DeviceStore store;
    private final CertificateAuthority authority;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final TargetTokens targetTokens;
    private final IssuanceCheck check = new IssuanceCheck();

    Issuance(
            DeviceStore store,
            CertificateAuthority authority,
            TargetTokens targetTokens,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.authority = authority;
        this.targetTokens = targetTokens;
        this.clock = clock;
        this.random = random;
    }

    /**
     * @param spelling the id as it is kept
     * @param expectedVersion the device's version the caller decided on
     * @param tunnel the peer the device is going to have
     * @return the answer; empty when what the caller decided on is no longer so
     */
    Optional<EnrollmentResult> issue(
            Application application,
            DeviceId spelling,
            Incarnation incarnation,
            long expectedVersion,
            PeerGrant tunnel) {
        Instant now = clock.instant();
        IssuanceIntent intent = new IssuanceIntent(
                IntentId.random(random),
                spelling,
                incarnation,
                application.key(),
                now,
                now.plus(authority.deadline()).plus(INTENT_GRACE),
                Status.OPEN);
        Outcome outcome = store.commit(new Change.Reserved(
                intent,
                expectedVersion,
                tunnel.peer().key(),
                application.audit(Action.ISSUANCE_STARTED, now, "key " + application.key())));
        if (outcome instanceof Outcome.Leased leased) {
            return Optional.of(sign(application, intent, leased.address(), tunnel));
        }
        if (outcome instanceof Outcome.Conflict) {
            return Optional.empty();
        }
        if (outcome instanceof Outcome.KeyInUse inUse) {
            return Optional.of(keyInUse(application, inUse));
        }
        if (outcome instanceof Outcome.PoolExhausted) {
            LOG.log(Level.ERROR, "{0}: no tunnel address is free; the pools need another network", application.id());
            return Optional.of(new EnrollmentResult.Deferred(
                    DeferralReason.POOL_EXHAUSTED,
                    "No tunnel address is free; an operator has to add some.",
                    LONGEST_RETRY));
        }
        throw new IllegalStateException("a reservation cannot end as " + outcome);
    }

    private static EnrollmentResult keyInUse(Application application, Outcome.KeyInUse inUse) {
        return switch (inUse.which()) {
            case CERTIFICATE ->
                application.refuse(
                        RefusalReason.CERTIFICATE_KEY_IN_USE,
                        "This certificate key belongs to another device, or to an earlier life of this one; make a new key.");
            case PEER ->
                application.refuse(
                        RefusalReason.PEER_KEY_IN_USE,
                        "This WireGuard public key belongs to another device; make a new pair with `wg genkey | wg pubkey`.");
        };
    }

    private EnrollmentResult sign(
            Application application, IssuanceIntent intent, TunnelAddress address, PeerGrant tunnel) {
        IssuedCertificate issued;
        try {
            issued = authority.sign(application.csr());
        } catch (BackendException e) {
            giveUp(application, intent, statusAfter(e), String.valueOf(e.getMessage()));
            return answerTo(application, e);
        } catch (RuntimeException | Error bug) {
            giveUp(application, intent, Status.UNCERTAIN, bug.toString());
            throw bug;
        }
        Instant now = clock.instant();
        String problem = check.problemWith(issued, application.csr(), now);
        return problem.isEmpty()
                ? complete(application, intent, issued, address, tunnel, now)
                : reject(application, intent, issued, tunnel, problem, now);
    }

    private EnrollmentResult complete(
            Application application,
            IssuanceIntent intent,
            IssuedCertificate issued,
            TunnelAddress address,
            PeerGrant tunnel,
            Instant now) {
        DeviceCertificate certificate = received(application, intent, issued, tunnel);
        AuditEvent audit = application.audit(
                Action.DEVICE_ENROLLED,
                now,
                "serial " + DeviceCertificate.text(certificate.serial()) + ", address " + address);
        Outcome outcome = storeReceived(
                certificate,
                new Change.Enrolled(
                        intent.id(), certificate, targetTokens.fresh(application), application.labels(), now, audit));
        if (outcome instanceof Outcome.Committed) {
            return Answers.enrolled(certificate, address, tunnel.configuration(address), targetTokens.of(certificate));
        }
        if (outcome instanceof Outcome.StoredForRevocation) {
            LOG.log(Level.WARNING, "{0}: the certificate came after its intent had expired", application.id());
            return new EnrollmentResult.Deferred(
                    DeferralReason.AUTHORITY_UNAVAILABLE,
                    "The certificate authority answered too late; send the request again.",
                    BackendUnavailableException.DEFAULT_RETRY_AFTER);
        }
        throw new IllegalStateException("a completed issuance cannot end as " + outcome);
    }

    private EnrollmentResult reject(
            Application application,
            IssuanceIntent intent,
            IssuedCertificate issued,
            PeerGrant tunnel,
            String problem,
            Instant now) {
        LOG.log(Level.ERROR, "{0}: the certificate that came cannot be handed out: {1}", application.id(), problem);
        if (issued.leaf().getSerialNumber().signum() < 0
                || issued.leaf().getSerialNumber().bitLength() > 160) {
            giveUp(application, intent, Status.UNCERTAIN, problem);
        } else {
            DeviceCertificate certificate = received(application, intent, issued, tunnel)
                    .withStanding(DeviceCertificate.Standing.UNUSABLE)
                    .withRevocation(DeviceCertificate.Revocation.DUE);
            storeReceived(
                    certificate,
                    new Change.Rejected(
                            intent.id(), certificate, application.audit(Action.CERTIFICATE_REJECTED, now, problem)));
        }
        return application.refuse(
                RefusalReason.AUTHORITY_FAULT,
                "The certificate authority sent a certificate that cannot be used; the bridge's operator has to look.");
    }

    /** A serial that was received and cannot be stored must at least stand in the log. */
    private Outcome storeReceived(DeviceCertificate certificate, Change change) {
        try {
            return store.commit(change);
        } catch (BackendUnavailableException e) {
            LOG.log(
                    Level.ERROR,
                    "{0}: certificate {1} was issued and could not be stored ({2}); revoke it by hand if it is not stored later",
                    certificate.device(),
                    DeviceCertificate.text(certificate.serial()),
                    e.getMessage());
            throw e;
        }
    }

    private void giveUp(Application application, IssuanceIntent intent, Status end, String why) {
        LOG.log(Level.WARNING, "{0}: no certificate: {1}", application.id(), why);
        try {
            store.commit(new Change.Undone(
                    intent.id(), end, application.audit(Action.ISSUANCE_FAILED, clock.instant(), why)));
        } catch (BackendUnavailableException e) {
            // The intent ends by itself when it expires; the device's answer is the same.
            LOG.log(Level.ERROR, "{0}: its intent stays open until it expires: {1}", application.id(), e.getMessage());
        }
    }

    private static Status statusAfter(BackendException e) {
        return switch (e.effect()) {
            case NONE -> Status.UNSIGNED;
            case POSSIBLE -> Status.UNCERTAIN;
        };
    }

    private static EnrollmentResult answerTo(Application application, BackendException e) {
        if (e instanceof BackendUnavailableException unavailable) {
            return new EnrollmentResult.Deferred(
                    DeferralReason.AUTHORITY_UNAVAILABLE,
                    "The certificate authority cannot be reached; send the request again later.",
                    unavailable.retryAfter().compareTo(LONGEST_RETRY) < 0 ? unavailable.retryAfter() : LONGEST_RETRY);
        }
        return switch (((BackendRefusedException) e).fault()) {
            case REQUEST ->
                application.refuse(
                        RefusalReason.REFUSED_BY_AUTHORITY,
                        "The certificate authority does not certify this request; check the key and the names in it.");
            case BACKEND ->
                application.refuse(
                        RefusalReason.AUTHORITY_FAULT,
                        "The certificate authority refused; the bridge's operator has to look.");
        };
    }

    private static DeviceCertificate received(
            Application application, IssuanceIntent intent, IssuedCertificate issued, PeerGrant tunnel) {
        X509Certificate leaf = issued.leaf();
        return new DeviceCertificate(
                leaf.getSerialNumber(),
                intent.device(),
                intent.incarnation(),
                intent.key(),
                leaf.getNotBefore().toInstant(),
                leaf.getNotAfter().toInstant(),
                DeviceCertificate.Standing.ISSUED,
                DeviceCertificate.Revocation.NONE,
                Pem.of(leaf),
                Pem.of(issued.authorities()),
                tunnel.peer(),
                !application.confirms(),
                application.digest());
    }
}
