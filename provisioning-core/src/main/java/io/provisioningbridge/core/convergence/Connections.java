package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DevicePlatform.Attributes;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.DeviceStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Takes notice of what the platform tells of a device: that it has connected, and with which certificate. The platform admits
 * one certificate at a time, so a connection later than its admission was made with that one.
 */
final class Connections {

    private static final Logger LOG = System.getLogger(Connections.class.getName());

    private final DeviceStore store;
    private final InstantSource clock;

    Connections(DeviceStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** @return whether the device may have been changed by that */
    boolean notice(Device device, List<DeviceCertificate> all, Registered there) {
        Optional<DeviceCertificate> admitted = admitted(device, all, there);
        if (admitted.isEmpty() || there.lastConnect().isEmpty()) {
            return false;
        }
        DeviceCertificate certificate = admitted.get();
        if (!certificate.provesDevice()) {
            LOG.log(
                    Level.WARNING,
                    "{0}: the platform admits it with certificate {1}, which is superseded or revoked: a copy of an old key"
                            + " may be at large",
                    device.id(),
                    DeviceCertificate.text(certificate.serial()));
            return false;
        }
        if (!wasUsed(device, all, certificate, there)) {
            return false;
        }
        boolean isNew = certificate.standing() == Standing.ISSUED;
        if (isNew) {
            store.commit(new Change.Seen(
                    certificate,
                    device.version(),
                    clock.instant(),
                    event(
                            device,
                            AuditEvent.Action.CERTIFICATE_SEEN,
                            "connected to the platform with serial ",
                            certificate)));
        }
        boolean isFirst = device.state() == DeviceState.ENROLLED;
        if (isFirst) {
            // Seeing the certificate may have counted the version on.
            long version = store.find(device.id()).map(Device::version).orElse(device.version());
            store.commit(new Change.Connected(
                    device.id(),
                    version,
                    event(
                            device,
                            AuditEvent.Action.DEVICE_CONNECTED,
                            "as the platform tells, with serial ",
                            certificate)));
        }
        return isNew || isFirst;
    }

    private static Optional<DeviceCertificate> admitted(Device device, List<DeviceCertificate> all, Registered there) {
        if (!(there.credential() instanceof Credential.Certificate known)) {
            return Optional.empty();
        }
        return all.stream()
                .filter(certificate -> certificate.incarnation().equals(device.incarnation()))
                .filter(certificate -> certificate.standing() != Standing.UNUSABLE)
                .filter(certificate -> Registrations.hash(certificate).equals(known.hash()))
                .findFirst();
    }

    /** The platform's two times are of one clock; the bridge's is another, and good only where nothing can be mixed up. */
    private static boolean wasUsed(
            Device device, List<DeviceCertificate> all, DeviceCertificate certificate, Registered there) {
        Instant lastConnect = there.lastConnect().orElse(Instant.MIN);
        boolean admittedByTheBridge = there.attributes()
                .map(Attributes::serial)
                .filter(certificate.serial()::equals)
                .isPresent();
        if (!admittedByTheBridge && there.attributes().isPresent()) {
            // The platform took it over from the device's own connection.
            return true;
        }
        if (there.attributesWritten().filter(lastConnect::isAfter).isPresent()) {
            return true;
        }
        boolean isTheOnlyOne =
                all.stream().filter(DeviceCertificate::provesDevice).count() == 1;
        return isTheOnlyOne && !lastConnect.isBefore(device.enrolled());
    }

    private AuditEvent event(Device device, AuditEvent.Action action, String what, DeviceCertificate certificate) {
        return new AuditEvent(
                clock.instant(),
                device.id().key(),
                action,
                "bridge",
                what + DeviceCertificate.text(certificate.serial()));
    }
}
