package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.CertificateInForce;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Observation;
import io.provisioningbridge.core.domain.Observation.Evidence;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.DevicePlatform.Removal;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue.Task;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the platform admit each device with the certificate that counts and no other, and takes notice of who connected with
 * it. A device that is suspended is shut out there, one out of service is removed and looked for again later.
 */
final class PlatformConvergence implements Convergence {

    private static final String NAME = "the platform";
    private static final int BATCH = 10;
    // Of one device: look and put, perhaps after a removal; or look, remove and look.
    private static final int CALLS = 3;

    private final DeviceStore store;
    private final DevicePlatform platform;
    private final Connections connections;
    private final Resurrections resurrections;
    private final SecondLook secondLook;
    private final InstantSource clock;

    PlatformConvergence(DeviceStore store, DevicePlatform platform, Rechecks rechecks, InstantSource clock) {
        this.store = store;
        this.platform = platform;
        this.connections = new Connections(store, platform.deadline(), clock);
        this.resurrections = new Resurrections(store);
        this.secondLook = new SecondLook(rechecks, platform.deadline());
        this.clock = clock;
    }

    @Override
    public Backend backend() {
        return Backend.PLATFORM;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public Duration lease() {
        // The first half is to begin in, the other for the calls of the device that is begun last.
        return platform.deadline().multipliedBy(2 * CALLS);
    }

    @Override
    public List<Verdict> converge(List<Task> tasks) {
        Instant lastBegin = clock.instant().plus(lease().dividedBy(2));
        List<Verdict> verdicts = new ArrayList<>();
        Patience patience = new Patience();
        for (Task task : tasks) {
            boolean isLate = clock.instant().isAfter(lastBegin);
            verdicts.add(isLate || patience.isAtItsEnd() ? new Verdict.Postponed() : patience.noted(one(task)));
        }
        return verdicts;
    }

    static boolean isIn(Device device) {
        return device.state() == DeviceState.ENROLLED || device.state() == DeviceState.CONNECTED;
    }

    private Verdict one(Task task) {
        Optional<Device> device = store.find(task.lane().device());
        try {
            return device.filter(PlatformConvergence::isIn).isPresent()
                    ? put(task, device.get())
                    : remove(task, device);
        } catch (BackendRefusedException e) {
            return new Verdict.Refused(String.valueOf(e.getMessage()));
        } catch (BackendUnavailableException e) {
            return Verdicts.ofOne(e);
        }
    }

    private Verdict put(Task task, Device known) {
        if (Resurrections.isLeftOver(task, known)) {
            platform.remove(known.id(), Reason.LEAVES);
        }
        Optional<Registered> there = platform.look(known.id());
        there.ifPresent(registered -> connections.notice(known, registered));
        // What the platform told may have changed what counts; and so may somebody else.
        Optional<Device> device = store.find(known.id())
                .filter(PlatformConvergence::isIn)
                .filter(found -> found.incarnation().equals(known.incarnation()));
        if (device.isEmpty()) {
            return Verdicts.soon("the device was changed meanwhile");
        }
        Optional<DeviceCertificate> inForce = CertificateInForce.of(device.get(), store.certificates(known.id()));
        if (inForce.isEmpty()) {
            return new Verdict.Refused("the device has no certificate that is neither superseded nor revoked");
        }
        Registrations.Wanted wanted = Registrations.of(device.get(), inForce.get());
        boolean isAsItShouldBe = there.filter(wanted::isAsItShouldBe).isPresent();
        if (!isAsItShouldBe) {
            platform.put(wanted.registration());
        }
        Verdict.Done done = done(
                task,
                device,
                isAsItShouldBe ? Evidence.OBSERVED : Evidence.ACKNOWLEDGED,
                "certificate " + DeviceCertificate.text(inForce.get().serial()) + ", address "
                        + device.get().address(),
                false);
        boolean wasAdmitted = there.filter(wanted::admitsExactly).isPresent();
        return wasAdmitted && !isSeen(device.get(), inForce.get()) ? LateConnections.lookAgain(task, done) : done;
    }

    /** Whether the device is known to have connected with its certificate. */
    private static boolean isSeen(Device device, DeviceCertificate certificate) {
        return device.state() == DeviceState.CONNECTED && certificate.standing() != DeviceCertificate.Standing.ISSUED;
    }

    private Verdict remove(Task task, Optional<Device> device) {
        DeviceId id = device.map(Device::id).orElse(task.lane().device());
        boolean wasRemoved = Resurrections.wasRemoved(task, device);
        boolean cameBack = wasRemoved
                && platform.look(id).filter(PlatformConvergence::admits).isPresent();
        if (cameBack) {
            resurrections.note(task, device.orElseThrow(), NAME, clock.instant());
        }
        boolean isMadeAnew = platform.remove(id, reason(device, wasRemoved)) == Removal.MADE_ANEW
                && device.filter(found -> found.state() == DeviceState.DECOMMISSIONED)
                        .isPresent();
        if (isMadeAnew) {
            resurrections.note(task, device.orElseThrow(), NAME, clock.instant());
        }
        Optional<Registered> left = platform.look(id);
        if (left.filter(PlatformConvergence::admits).isPresent()) {
            return Verdicts.soon("the platform still admits the device, or admits it again");
        }
        return done(
                task,
                device,
                Evidence.OBSERVED,
                left.isEmpty() ? "no such device" : "the device is there, with a credential that nobody has",
                cameBack || isMadeAnew);
    }

    private static Reason reason(Optional<Device> device, boolean wasRemoved) {
        if (device.filter(found -> found.state() == DeviceState.SUSPENDED).isPresent()) {
            return Reason.SUSPENDED;
        }
        return wasRemoved ? Reason.CAME_BACK : Reason.LEAVES;
    }

    private static boolean admits(Registered there) {
        return !(there.credential() instanceof Credential.Quarantined);
    }

    private Verdict.Done done(Task task, Optional<Device> device, Evidence evidence, String what, boolean cameBack) {
        Instant now = clock.instant();
        return new Verdict.Done(new Observation(now, evidence, what), secondLook.at(task, device, cameBack, now));
    }
}
