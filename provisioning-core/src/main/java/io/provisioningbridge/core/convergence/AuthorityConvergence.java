package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Revokes what has to be revoked. An authority is asked a second time: that it knows a certificate as revoked is all that can
 * be read back everywhere.
 */
final class AuthorityConvergence implements Convergence {

    private static final Logger LOG = System.getLogger(AuthorityConvergence.class.getName());
    private static final int BATCH = 20;
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final DeviceStore store;
    private final CertificateAuthority authority;
    private final Rechecks rechecks;
    private final InstantSource clock;

    AuthorityConvergence(DeviceStore store, CertificateAuthority authority, Rechecks rechecks, InstantSource clock) {
        this.store = store;
        this.authority = authority;
        this.rechecks = rechecks;
        this.clock = clock;
    }

    @Override
    public Backend backend() {
        return Backend.CERTIFICATE_AUTHORITY;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Duration lease() {
        return LEASE;
    }

    @Override
    public List<Verdict> converge(List<Task> tasks) {
        // The other half of the lease is for the calls of the one that is begun last.
        Instant lastBegin = clock.instant().plus(LEASE.dividedBy(2));
        List<Verdict> verdicts = new ArrayList<>();
        Patience patience = new Patience();
        for (Task task : tasks) {
            boolean isLate = clock.instant().isAfter(lastBegin);
            verdicts.add(isLate || patience.isAtItsEnd() ? new Verdict.Postponed() : patience.noted(converge(task)));
        }
        return verdicts;
    }

    private Verdict converge(Task task) {
        DeviceId id = task.lane().device();
        Optional<Device> device = store.find(id);
        boolean isOut = device.filter(found -> found.state() == DeviceState.DECOMMISSIONED)
                .isPresent();
        Instant now = clock.instant();
        List<DeviceCertificate> wanted = store.certificates(id).stream()
                .filter(certificate -> now.isBefore(certificate.notAfter()))
                .filter(certificate -> certificate.revocation() == Revocation.DUE
                        || (isOut && certificate.revocation() == Revocation.DONE))
                .toList();
        Evidence evidence = Evidence.OBSERVED;
        String refusals = "";
        for (DeviceCertificate certificate : wanted) {
            try {
                evidence = evidence.and(revoke(certificate));
            } catch (BackendUnavailableException e) {
                return Verdicts.ofOne(e);
            } catch (BackendRefusedException e) {
                refusals += (refusals.isEmpty() ? "" : "; ")
                        + "certificate " + DeviceCertificate.text(certificate.serial()) + " could not be revoked: "
                        + e.getMessage();
            }
        }
        if (!refusals.isEmpty()) {
            return new Verdict.Refused(refusals);
        }
        Instant done = clock.instant();
        Observation observation = new Observation(done, evidence, told(wanted.size(), evidence));
        Optional<Instant> again = rechecks.next(task, device, false, done);
        return wanted.isEmpty() ? new Verdict.Unasked(observation, again) : new Verdict.Done(observation, again);
    }

    private Evidence revoke(DeviceCertificate certificate) {
        Evidence evidence = Evidence.OBSERVED;
        if (authority.revoke(certificate.serial()) == CertificateAuthority.Revocation.REVOKED) {
            if (certificate.revocation() == Revocation.DONE) {
                LOG.log(
                        Level.ERROR,
                        "{0}: the authority had forgotten that certificate {1} was revoked",
                        certificate.device(),
                        DeviceCertificate.text(certificate.serial()));
            }
            boolean known = authority.revoke(certificate.serial()) == CertificateAuthority.Revocation.ALREADY_REVOKED;
            evidence = known ? Evidence.OBSERVED : Evidence.ACKNOWLEDGED;
        }
        store.commit(new Change.Revoked(
                certificate,
                new AuditEvent(
                        clock.instant(),
                        certificate.device().key(),
                        AuditEvent.Action.CERTIFICATE_REVOKED,
                        "bridge",
                        "serial " + DeviceCertificate.text(certificate.serial()))));
        return evidence;
    }

    private static String told(int certificates, Evidence evidence) {
        if (certificates == 0) {
            return "no certificate had to be revoked";
        }
        return certificates
                + (evidence == Evidence.OBSERVED
                        ? " revoked; asked again, the authority answered that they already are"
                        : " revoked, as the authority says");
    }
}
