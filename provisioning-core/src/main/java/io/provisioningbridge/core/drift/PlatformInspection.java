package io.provisioningbridge.core.drift;

import io.provisioningbridge.core.convergence.Registrations;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.CertificateInForce;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DevicePlatform.Attributes;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.DevicePlatform.Listed;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.DeviceStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Compares the devices of the platform: first what it lists and should not admit, page by page, then each device in service
 * by itself, since a listing tells neither credentials nor attributes.
 */
final class PlatformInspection implements Inspection {

    private static final int PAGE = 200;
    private static final Set<DeviceState> IN_SERVICE = EnumSet.of(DeviceState.ENROLLED, DeviceState.CONNECTED);

    private final DeviceStore store;
    private final DevicePlatform platform;
    private final Calls calls;
    private final Quiet quiet;
    private final Returning returning;

    PlatformInspection(DeviceStore store, DevicePlatform platform, Calls calls, Quiet quiet, Returning returning) {
        this.store = store;
        this.platform = platform;
        this.calls = calls;
        this.quiet = quiet;
        this.returning = returning;
    }

    @Override
    public Place place() {
        return Place.PLATFORM;
    }

    @Override
    public void all(Findings found) {
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            String from = after.get();
            DevicePlatform.Page page = calls.ask(() -> platform.list(from, PAGE));
            for (Listed listed : page.devices()) {
                Fleet.endIfInterrupted();
                listed(listed, found);
            }
            after = page.next();
        }
        Fleet.forEach(store, IN_SERVICE, device -> {
            if (!judge(device.id()).isEmpty()) {
                look(device.id(), found);
            }
        });
        returning.find(FindingType.RETURNING_PLATFORM_DEVICE, "the platform", found);
    }

    private void listed(Listed listed, Findings found) {
        Optional<DeviceId> id = DeviceId.parse(listed.name()).value();
        if (id.isEmpty()) {
            found.add(stranger(listed.name()));
            return;
        }
        boolean isInService = store.find(id.get())
                .filter(device -> device.id().equals(id.get()) && IN_SERVICE.contains(device.state()))
                .isPresent();
        if (!isInService && !judge(id.get()).isEmpty()) {
            look(id.get(), found);
        }
    }

    @Override
    public void some(Set<DeviceId> devices, Findings found) {
        devices.forEach(device -> look(device, found));
    }

    private void look(DeviceId id, Findings found) {
        found.addAll(quiet.during(id, Backend.PLATFORM, () -> judge(id)));
    }

    private List<Finding> judge(DeviceId id) {
        return calls.askOfOne(() -> compare(id), problem -> unreadable(id, problem));
    }

    /** A stranger is one whatever else there is to know of it. */
    private List<Finding> unreadable(DeviceId id, String problem) {
        return List.of(
                quiet.isKnown(id)
                        ? Finding.of(FindingType.UNREADABLE_PLATFORM_DEVICE, id, "it could not be read: " + problem)
                        : stranger(id.text()));
    }

    private static Finding stranger(String name) {
        return Finding.foreign(FindingType.ORPHAN_PLATFORM_DEVICE, name, "no device of the bridge goes by this");
    }

    private List<Finding> compare(DeviceId id) {
        Optional<Device> device = store.find(id);
        Optional<Registered> there = platform.look(id);
        if (device.filter(found -> found.id().equals(id) && IN_SERVICE.contains(found.state()))
                .isPresent()) {
            return judgeInService(device.get(), there);
        }
        return there.flatMap(registered -> judgeOthers(id, device, registered))
                .map(List::of)
                .orElseGet(List::of);
    }

    private Optional<Finding> judgeOthers(DeviceId id, Optional<Device> device, Registered there) {
        if (device.filter(found -> !found.id().equals(id)).isPresent()) {
            return Optional.of(Finding.foreign(
                    FindingType.ORPHAN_PLATFORM_DEVICE,
                    id.text(),
                    "the device is spelled " + device.get().id()));
        }
        if (device.isEmpty() && !quiet.isKnown(id)) {
            return Optional.of(stranger(id.text()));
        }
        if (there.credential() instanceof Credential.Quarantined) {
            return Optional.empty();
        }
        String state = device.map(found -> found.state().name().toLowerCase(Locale.ROOT))
                .orElse("no longer known");
        return Optional.of(Finding.of(
                FindingType.ZOMBIE_PLATFORM_DEVICE,
                id,
                "the device is " + state + ", and admitted with " + text(there.credential())));
    }

    private List<Finding> judgeInService(Device device, Optional<Registered> there) {
        if (there.isEmpty()) {
            return List.of(Finding.of(FindingType.MISSING_PLATFORM_DEVICE, device.id(), "no such device"));
        }
        Optional<DeviceCertificate> inForce = CertificateInForce.of(device, store.certificates(device.id()));
        if (inForce.isEmpty()) {
            return List.of(Finding.of(
                    FindingType.STALE_CREDENTIAL,
                    device.id(),
                    "no certificate proves the device, and it is admitted with "
                            + text(there.get().credential())));
        }
        return compare(device, inForce.get(), there.get());
    }

    private static List<Finding> compare(Device device, DeviceCertificate inForce, Registered there) {
        Registrations.Wanted wanted = Registrations.of(device, inForce);
        List<Finding> found = new ArrayList<>();
        boolean isAdmitted = wanted.admitsExactly(there);
        if (!isAdmitted) {
            found.add(Finding.of(
                    FindingType.STALE_CREDENTIAL,
                    device.id(),
                    text(there.credential()) + " instead of certificate " + DeviceCertificate.text(inForce.serial())));
        }
        if (!there.inProfile()) {
            found.add(Finding.of(
                    FindingType.WRONG_PROFILE, device.id(), "the device is in another profile than the bridge's"));
        }
        if (!wanted.isDescribedBy(there)) {
            found.add(Finding.of(
                    FindingType.WRONG_ATTRIBUTE,
                    device.id(),
                    text(wanted.registration().attributes(), there.attributes())));
        }
        boolean isUnnoticed = device.state() == DeviceState.ENROLLED
                && isAdmitted
                && there.lastConnect()
                        .filter(last ->
                                there.attributesWritten().filter(last::isAfter).isPresent())
                        .isPresent();
        if (isUnnoticed) {
            found.add(Finding.of(
                    FindingType.UNNOTICED_CONNECTION,
                    device.id(),
                    "connected at " + there.lastConnect().orElseThrow()));
        }
        return found;
    }

    private static String text(Credential credential) {
        if (credential instanceof Credential.Certificate certificate) {
            return "another certificate, SHA-256 " + certificate.hash();
        }
        return credential instanceof Credential.Other other ? "a credential of type " + other.what() : "nothing";
    }

    private static String text(Attributes should, Optional<Attributes> there) {
        if (there.isEmpty()) {
            return "some are missing, or are not what the bridge writes";
        }
        Attributes said = there.get();
        List<String> wrong = new ArrayList<>();
        if (!said.tunnelAddress().equals(should.tunnelAddress())) {
            wrong.add("tunnel address " + said.tunnelAddress() + " instead of " + should.tunnelAddress());
        }
        if (!said.serial().equals(should.serial())) {
            wrong.add("serial " + DeviceCertificate.text(said.serial()) + " instead of "
                    + DeviceCertificate.text(should.serial()));
        }
        if (!said.notAfter().equals(should.notAfter())) {
            wrong.add("end of validity " + said.notAfter() + " instead of " + should.notAfter());
        }
        if (!said.enrolledAt().equals(should.enrolledAt())) {
            wrong.add("enrollment " + said.enrolledAt() + " instead of " + should.enrolledAt());
        }
        return String.join(", ", wrong);
    }
}
