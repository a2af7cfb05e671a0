package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.Optional;

/** Judges and writes what happens to a device between two issuances; otherwise like {@link ChangeWriter}, which uses it. */
final class KnownDeviceWriter {

    private final Tables tables;
    private final Claims claims;

    KnownDeviceWriter(Tables tables, Claims claims) {
        this.tables = tables;
        this.claims = claims;
    }

    Outcome replacePeer(Change.PeerReplaced change) {
        Optional<DeviceCertificate> stored = tables.certificates().find(change.certificate());
        Optional<Device> found = stored.flatMap(certificate -> deviceOf(certificate, change.expectedVersion()));
        if (stored.isEmpty() || found.isEmpty()) {
            return new Outcome.Conflict();
        }
        Device device = found.get();
        Instant now = ChangeWriter.milliseconds(change.audit().at());
        if (!claims.takePeerKey(change.peer().key(), device.id().key(), now)) {
            return new Outcome.KeyInUse(Outcome.KeyInUse.Key.PEER);
        }
        boolean inForce = device.peer().key().equals(stored.get().peer().key());
        tables.certificates().setPeer(stored.get(), change.peer());
        tables.peerKeys().claim(change.peer().key(), device.id());
        tables.setPeer(device, inForce ? change.peer() : device.peer());
        tables.conclude(change, device.id());
        return new Outcome.Committed();
    }

    Outcome see(Change.Seen change) {
        Optional<DeviceCertificate> stored =
                tables.certificates().find(change.certificate()).filter(DeviceCertificate::provesDevice);
        Optional<Device> found = stored.flatMap(certificate -> deviceOf(certificate, change.expectedVersion()));
        if (stored.isEmpty() || found.isEmpty()) {
            return new Outcome.Conflict();
        }
        DeviceCertificate seen = stored.get();
        if (seen.standing() == Standing.CURRENT) {
            return new Outcome.Committed();
        }
        tables.certificates().setCurrent(seen, ChangeWriter.milliseconds(change.at()));
        tables.setPeer(found.get(), seen.peer());
        tables.conclude(change, seen.device());
        return new Outcome.Committed();
    }

    Outcome remember(Change.Attempted change) {
        if (isUnknown(change.device().key())) {
            return new Outcome.Conflict();
        }
        tables.attempts().put(change.device().key(), change.attempt());
        tables.conclude(change, change.device());
        return new Outcome.Committed();
    }

    Outcome allow(Change.Allowed change) {
        if (isUnknown(change.device().key())) {
            return new Outcome.Conflict();
        }
        tables.allowances().put(change.device().key(), change.key(), change.expires());
        tables.conclude(change, change.device());
        return new Outcome.Committed();
    }

    /** The device a certificate may change: in the same incarnation, in service, at the expected version. */
    private Optional<Device> deviceOf(DeviceCertificate certificate, long expectedVersion) {
        return tables.devices()
                .findInService(certificate.device().key(), expectedVersion)
                .filter(device -> device.incarnation().equals(certificate.incarnation()));
    }

    private boolean isUnknown(String device) {
        return tables.devices().versionOf(device) == Device.ABSENT;
    }
}
