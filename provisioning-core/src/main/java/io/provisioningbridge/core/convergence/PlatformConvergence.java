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
    // Of one device: look, put or remove, look
    private static final int CALLS = 3;

    private final DeviceStore store;
    private final DevicePlatform platform;
    private final Connections connections;
    private final Resurrections resurrections;
    private final Rechecks rechecks;
    private final InstantSource clock;

    PlatformConvergence(DeviceStore store, DevicePlatform platform, Rechecks rechecks, InstantSource clock) {
        this.store = store;
        this.platform = platform;
        this.connections = new Connections(store, clock);
        this.resurrections = new Resurrections(store);
        this.rechecks = rechecks;
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
        Optional<Verdict> down = Optional.empty();
        for (Task task : tasks) {
            if (down.isEmpty() && clock.instant().isAfter(lastBegin)) {
                down = Optional.of(Verdicts.soon("the platform is slow"));
            }
            Verdict verdict = down.isPresent() ? down.get() : one(task);
            if (verdict instanceof Verdict.Unavailable) {
                down = Optional.of(verdict);
            }
            verdicts.add(verdict);
        }
        return verdicts;
    }

    private Verdict one(Task task) {
        DeviceId id = task.lane().device();
        Optional<Device> device = store.find(id);
        List<DeviceCertificate> certificates = store.certificates(id);
        try {
            boolean isIn = device.filter(
                            found -> found.state() == DeviceState.ENROLLED || found.state() == DeviceState.CONNECTED)
                    .isPresent();
            return isIn ? put(task, device.get(), certificates) : remove(task, device);
        } catch (BackendUnavailableException e) {
            return new Verdict.Unavailable(String.valueOf(e.getMessage()), e.retryAfter());
        } catch (BackendRefusedException e) {
            return new Verdict.Refused(String.valueOf(e.getMessage()));
        }
    }

    private Verdict put(Task task, Device device, List<DeviceCertificate> certificates) {
        Optional<DeviceCertificate> inForce = CertificateInForce.of(device, certificates);
        if (inForce.isEmpty()) {
            return new Verdict.Refused("the device has no certificate that is neither superseded nor revoked");
        }
        Optional<Registered> there = platform.look(device.id());
        if (there.isPresent() && connections.notice(device, certificates, there.get())) {
            // What the platform told has changed what counts.
            Device changed = store.find(device.id()).orElse(device);
            inForce = CertificateInForce.of(changed, store.certificates(device.id()));
            if (inForce.isEmpty()) {
                return Verdicts.soon("the device was changed meanwhile");
            }
        }
        Registrations.Wanted wanted = Registrations.of(device, inForce.get());
        if (there.filter(wanted::isAsItShouldBe).isEmpty()) {
            platform.put(wanted.registration());
        }
        return done(
                task,
                Optional.of(device),
                there.filter(wanted::isAsItShouldBe).isPresent() ? Evidence.OBSERVED : Evidence.ACKNOWLEDGED,
                "certificate " + DeviceCertificate.text(inForce.get().serial()) + ", address " + device.address());
    }

    private Verdict remove(Task task, Optional<Device> device) {
        DeviceId id = device.map(Device::id).orElse(task.lane().device());
        boolean wasRemoved = Resurrections.wasRemoved(task, device);
        if (wasRemoved && platform.look(id).filter(PlatformConvergence::admits).isPresent()) {
            resurrections.note(task, device.orElseThrow(), NAME, clock.instant());
        }
        Removal removal = platform.remove(id, reason(device, wasRemoved));
        return done(
                task,
                device,
                Evidence.OBSERVED,
                removal == Removal.ABSENT
                        ? "no such device"
                        : "the device is there, with a credential that nobody has");
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

    /** Whoever lost the lane may still be in the middle of a call: once that has ended, what it did shows. */
    private Verdict done(Task task, Optional<Device> device, Evidence evidence, String what) {
        Instant now = clock.instant();
        Optional<Instant> again =
                task.takenOver() ? Optional.of(now.plus(platform.deadline())) : rechecks.next(device, now);
        return new Verdict.Done(new Observation(now, evidence, what), again);
    }
}
