package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.CertificateInForce;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Judges certificates by what the store knows of them. Devices renew after two thirds of a certificate's life, spread over a
 * twelfth of it; that one twelfth more has passed without a renewal means that something keeps the device from it.
 */
final class CertificateInspection implements Inspection {

    private static final Duration UNSEEN = Duration.ofHours(24);
    private static final int PAGE = 500;

    private final DeviceStore store;
    private final WorkQueue queue;
    private final boolean hasPlatform;
    private final Quiet quiet;
    private final InstantSource clock;

    /** @param hasPlatform whether every device that connects is noticed */
    CertificateInspection(DeviceStore store, WorkQueue queue, boolean hasPlatform, Quiet quiet, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.hasPlatform = hasPlatform;
        this.quiet = quiet;
        this.clock = clock;
    }

    @Override
    public Place place() {
        return Place.CERTIFICATES;
    }

    @Override
    public void all(Findings found) {
        Fleet.forEach(store, Set.of(), device -> look(device.id(), found));
        lookAtFormer(found);
    }

    /** An id that was readmitted has no record, and perhaps certificates that could not be revoked. */
    private void lookAtFormer(Findings found) {
        List<Lane> page = queue.list(Lane.State.FAILED, Optional.empty(), PAGE);
        while (!page.isEmpty()) {
            Fleet.endIfInterrupted();
            page.stream()
                    .filter(lane -> lane.backend() == Backend.CERTIFICATE_AUTHORITY)
                    .map(Lane::device)
                    .filter(device -> store.find(device).isEmpty())
                    .forEach(device -> look(device, found));
            page = queue.list(Lane.State.FAILED, Optional.of(page.get(page.size() - 1)), PAGE);
        }
    }

    @Override
    public void some(Set<DeviceId> devices, Findings found) {
        devices.forEach(device -> look(device, found));
    }

    private void look(DeviceId id, Findings found) {
        if (!live(id).isEmpty()) {
            found.addAll(quiet.during(id, Backend.CERTIFICATE_AUTHORITY, () -> live(id)));
        }
        store.find(id)
                .filter(known -> known.state() == DeviceState.ENROLLED || known.state() == DeviceState.CONNECTED)
                .ifPresent(device -> lookAtUse(device, found));
    }

    private List<Finding> live(DeviceId asked) {
        Optional<Device> device = store.find(asked);
        DeviceId id = device.map(Device::id).orElse(asked);
        Instant now = clock.instant();
        return store.certificates(id).stream()
                .filter(certificate -> now.isBefore(certificate.notAfter()))
                .filter(certificate -> shouldBeRevoked(device, certificate))
                .map(certificate -> Finding.of(
                        FindingType.LIVE_CERTIFICATE,
                        id,
                        "serial " + DeviceCertificate.text(certificate.serial()) + ", valid until "
                                + certificate.notAfter()))
                .toList();
    }

    /** No lane does anything about these, so that none under way is waited for. */
    private void lookAtUse(Device device, Findings found) {
        List<DeviceCertificate> all = store.certificates(device.id());
        Instant now = clock.instant();
        expiring(device, all, now).ifPresent(found::add);
        unseen(device, all, now).ifPresent(found::add);
    }

    private static boolean shouldBeRevoked(Optional<Device> device, DeviceCertificate certificate) {
        boolean isOfTheDead = device.filter(known -> known.state() != DeviceState.DECOMMISSIONED
                        && known.incarnation().equals(certificate.incarnation()))
                .isEmpty();
        return certificate.revocation() == Revocation.DUE
                || (isOfTheDead && certificate.revocation() != Revocation.DONE);
    }

    private static Optional<Finding> expiring(Device device, List<DeviceCertificate> all, Instant now) {
        Optional<DeviceCertificate> inForce = CertificateInForce.of(device, all);
        if (inForce.isEmpty()) {
            return Optional.empty();
        }
        DeviceCertificate certificate = inForce.get();
        Duration life = Duration.between(certificate.notBefore(), certificate.notAfter());
        Instant late = certificate.notAfter().minus(life.dividedBy(6));
        if (now.isBefore(late) || isBeingReplaced(certificate, all, now)) {
            return Optional.empty();
        }
        String ends = now.isBefore(certificate.notAfter()) ? " ends at " : " ended at ";
        return Optional.of(Finding.of(
                FindingType.EXPIRING_CERTIFICATE,
                device.id(),
                "serial " + DeviceCertificate.text(certificate.serial()) + ends + certificate.notAfter()));
    }

    /** Another that was handed out a short while ago may be taken up yet. */
    private static boolean isBeingReplaced(DeviceCertificate inForce, List<DeviceCertificate> all, Instant now) {
        return all.stream()
                .filter(DeviceCertificate::provesDevice)
                .filter(other -> other.incarnation().equals(inForce.incarnation()))
                .filter(other -> other.notAfter().isAfter(inForce.notAfter()))
                .anyMatch(other -> now.isBefore(other.notBefore().plus(UNSEEN)));
    }

    private Optional<Finding> unseen(Device device, List<DeviceCertificate> all, Instant now) {
        if (device.state() != DeviceState.ENROLLED
                || now.isBefore(device.stateSince().plus(UNSEEN))) {
            return Optional.empty();
        }
        Optional<DeviceCertificate> inForce = CertificateInForce.of(device, all);
        // Where nobody tells of connections, a device is seen when it shows its certificate to the bridge, if it ever
        // does.
        boolean wouldShow = hasPlatform
                || inForce.filter(certificate -> certificate.standing() != Standing.CURRENT && !certificate.atOnce())
                        .isPresent();
        return wouldShow
                ? Optional.of(Finding.of(
                        FindingType.NEVER_SEEN,
                        device.id(),
                        device.state().name().toLowerCase(Locale.ROOT) + " since " + device.stateSince()))
                : Optional.empty();
    }
}
