package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.Optional;

/** Writes what becomes of a known device's keys; as {@link ChangeWriter} does the rest. */
final class ReenrollmentWriter {

    private final Tables tables;

    ReenrollmentWriter(Tables tables) {
        this.tables = tables;
    }

    Outcome see(Change.Seen change) {
        Instant now = ChangeWriter.milliseconds(change.at());
        Optional<Device> device =
                tables.devices().find(change.certificate().device().key());
        Optional<DeviceCertificate> seen = tables.certificates().find(change.certificate());
        if (device.isEmpty()
                || device.get().version() != change.expectedVersion()
                || seen.filter(stored -> speaksFor(stored, device.get())).isEmpty()) {
            return new Outcome.Conflict();
        }
        if (seen.get().standing() == Standing.CURRENT) {
            return new Outcome.Committed();
        }
        tables.certificates().supersedeOthers(seen.get(), now);
        tables.certificates().setCurrent(seen.get());
        tables.devices()
                .setPeer(
                        device.get().id().key(),
                        change.expectedVersion(),
                        seen.get().peer());
        tables.events().append(change.audit());
        return new Outcome.Committed();
    }

    private static boolean speaksFor(DeviceCertificate certificate, Device device) {
        return certificate.provesDevice() && certificate.incarnation().equals(device.incarnation());
    }

    Outcome remember(Change.Attempted change) {
        String device = change.device().key();
        if (tables.devices().versionOf(device) == Device.ABSENT) {
            return new Outcome.Conflict();
        }
        tables.keys().remember(device, change.attempt());
        tables.events().append(change.audit());
        return new Outcome.Committed();
    }

    Outcome allow(Change.Allowed change) {
        String device = change.device().key();
        if (tables.devices().versionOf(device) == Device.ABSENT) {
            return new Outcome.Conflict();
        }
        tables.keys().allow(device, change.key(), change.expires());
        tables.events().append(change.audit());
        return new Outcome.Committed();
    }
}
