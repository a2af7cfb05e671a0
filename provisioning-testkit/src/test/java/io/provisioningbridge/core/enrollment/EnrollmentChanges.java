package io.provisioningbridge.core.enrollment;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IntentId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.PeerKey;
import io.provisioningbridge.core.port.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** Changes made behind the use case's back: by another process, or by a later part of the life cycle. */
final class EnrollmentChanges {

    private EnrollmentChanges() {}

    static Change.Revoked revoked(DeviceCertificate certificate, Instant at) {
        return new Change.Revoked(
                certificate,
                new AuditEvent(at, certificate.device().key(), AuditEvent.Action.CERTIFICATE_REVOKED, "test", ""));
    }

    /** An intent that another process opened, and may never close. */
    static Change.Reserved reservedElsewhere(String id, KeyHash key, PeerKey peer, Instant at) {
        DeviceId device = new DeviceId(id);
        return new Change.Reserved(
                new IssuanceIntent(
                        IntentId.random(new Random(99)),
                        device,
                        Incarnation.FIRST,
                        key,
                        at,
                        at.plus(Duration.ofMinutes(1)),
                        IssuanceIntent.Status.OPEN),
                0,
                peer,
                new AuditEvent(at, device.key(), AuditEvent.Action.ISSUANCE_STARTED, "test", ""));
    }
}
