package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.AuditEvent.Action;
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
import java.time.Duration;
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
    private static final int ROUNDS = 8;

    private final DeviceStore store;
    private final Duration admission;
    private final InstantSource clock;

    /** @param admission how long the platform takes at most to admit a device */
    Connections(DeviceStore store, Duration admission, InstantSource clock) {
        this.store = store;
        this.admission = admission;
        this.clock = clock;
    }

    /**
     * Notes what is new, one change after the other, each decided on the device as it is by then.
     *
     * @param there what the platform told just now
     */
    void notice(Device device, Registered there) {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Device> present = store.find(device.id())
                    .filter(found -> found.incarnation().equals(device.incarnation()))
                    .filter(PlatformConvergence::isIn);
            Optional<Change> news = present.flatMap(found -> news(found, store.certificates(found.id()), there));
            if (news.isEmpty()) {
                return;
            }
            // Where somebody else changed the device in between: once more.
            store.commit(news.get());
        }
    }

    private Optional<Change> news(Device device, List<DeviceCertificate> all, Registered there) {
        Optional<DeviceCertificate> admitted = admitted(device, all, there);
        if (admitted.isEmpty() || there.lastConnect().isEmpty()) {
            return Optional.empty();
        }
        DeviceCertificate certificate = admitted.get();
        if (!certificate.provesDevice()) {
            warnOf(device, certificate, there);
            return Optional.empty();
        }
        if (!wasUsed(device, all, certificate, there)) {
            return Optional.empty();
        }
        if (certificate.standing() == Standing.ISSUED) {
            return Optional.of(new Change.Seen(
                    certificate,
                    device.version(),
                    clock.instant(),
                    event(
                            device,
                            Action.CERTIFICATE_SEEN,
                            "the platform tells of a connection with serial ",
                            certificate)));
        }
        if (device.state() == DeviceState.ENROLLED) {
            return Optional.of(new Change.Connected(
                    device.id(),
                    device.incarnation(),
                    device.version(),
                    event(device, Action.DEVICE_CONNECTED, "as the platform tells, with serial ", certificate)));
        }
        return Optional.empty();
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

    /** The bridge itself leaves a superseded certificate there until it has switched to the next one. */
    private static void warnOf(Device device, DeviceCertificate certificate, Registered there) {
        if (isTakenOver(certificate, there)) {
            LOG.log(
                    Level.WARNING,
                    "{0}: the platform admits it with certificate {1}, which is superseded or revoked, and the bridge did not"
                            + " tell it to: a copy of an old key may be at large",
                    device.id(),
                    DeviceCertificate.text(certificate.serial()));
        }
    }

    /** The platform took the certificate from a connection of whoever has its key, instead of the one the bridge wrote. */
    private static boolean isTakenOver(DeviceCertificate certificate, Registered there) {
        return there.attributes()
                .map(Attributes::serial)
                .filter(serial -> !serial.equals(certificate.serial()))
                .isPresent();
    }

    /** The platform's times are of one clock; the bridge's is another, and good only where nothing can be mixed up. */
    private boolean wasUsed(
            Device device, List<DeviceCertificate> all, DeviceCertificate certificate, Registered there) {
        Instant lastConnect = there.lastConnect().orElse(Instant.MIN);
        Optional<Instant> written = there.attributesWritten();
        if (isTakenOver(certificate, there)
                || written.filter(lastConnect::isAfter).isPresent()) {
            return true;
        }
        // It may have connected while it was being admitted: what is written of it is written last.
        boolean whileAdmitted = written.map(last -> last.minus(admission))
                .filter(lastConnect::isBefore)
                .isEmpty();
        boolean isTheOnlyOne = all.stream()
                        .filter(other -> other.incarnation().equals(device.incarnation()))
                        .filter(DeviceCertificate::provesDevice)
                        .count()
                == 1;
        return whileAdmitted && isTheOnlyOne && !lastConnect.isBefore(device.stateSince());
    }

    private AuditEvent event(Device device, Action action, String what, DeviceCertificate certificate) {
        return new AuditEvent(
                clock.instant(),
                device.id().key(),
                action,
                "bridge",
                what + DeviceCertificate.text(certificate.serial()));
    }
}
