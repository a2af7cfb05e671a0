package io.provisioningbridge.core.postconnect;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who is allowed to says that a device has connected, or that something happened to it at the platform. That is a
 * hint: it makes lanes due, which ask the platform; only where there is none to ask it counts by itself. It never makes a
 * device, nor changes what proves one. Repeated hints and hints out of order are harmless. Safe for concurrent use; asks no
 * outside system.
 */
public final class ConfirmConnection {

    private static final Set<Backend> BOTH = EnumSet.of(Backend.PLATFORM, Backend.UPDATE_SERVER);
    private static final int ROUNDS = 8;
    private static final Duration SOON = Duration.ofSeconds(1);

    // A platform may tell of a connection before it can be read there: ThingsBoard writes attributes in batches, up to
    // 50 ms
    // late (observed: ThingsBoard CE 4.4).
    private static final Duration READABLE_AFTER = Duration.ofSeconds(1);

    private final DeviceStore store;
    private final WorkQueue queue;
    private final Set<Backend> systems;
    private final InstantSource clock;

    /** @param systems those there are; without {@link Backend#PLATFORM} there is none to ask */
    public ConfirmConnection(DeviceStore store, WorkQueue queue, Set<Backend> systems, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.systems = Set.copyOf(systems);
        this.clock = clock;
    }

    /**
     * @param id in the spelling of the platform, which tells spellings apart
     * @param cause who says so, for the audit trail
     * @throws BackendUnavailableException the store cannot be read or written, or others change the device all the time: say it
     *     again
     */
    public ConnectionResult connected(DeviceId id, String cause) {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Device> device = store.find(id);
            if (device.isEmpty()) {
                return new ConnectionResult.Ignored("no device goes by this id");
            }
            Optional<ConnectionResult> result = round(device.get(), id, cause);
            if (result.isPresent()) {
                return result.get();
            }
        }
        // Only where no platform can be asked: then the word is all there is, and must not be lost.
        throw new BackendUnavailableException("the device is changed all the time", Effect.NONE, SOON);
    }

    /** Empty when the device changed meanwhile. */
    private Optional<ConnectionResult> round(Device device, DeviceId id, String cause) {
        boolean spelledAsEnrolled = device.id().equals(id);
        return switch (device.state()) {
            case DECOMMISSIONED -> Optional.of(outside(device, "the device is out of service", spelledAsEnrolled));
            case SUSPENDED -> Optional.of(outside(device, "the device is suspended", spelledAsEnrolled));
            case CONNECTED -> spelledAsEnrolled ? Optional.of(again(device)) : Optional.of(otherSpelling());
            case ENROLLED -> spelledAsEnrolled ? first(device, cause) : Optional.of(otherSpelling());
        };
    }

    private static ConnectionResult otherSpelling() {
        return new ConnectionResult.Ignored("the device of this id is spelled otherwise");
    }

    private ConnectionResult outside(Device device, String why, boolean spelledAsEnrolled) {
        if (spelledAsEnrolled) {
            queue.hint(device.id(), BOTH, clock.instant());
        }
        return new ConnectionResult.Refused(device, why);
    }

    private ConnectionResult again(Device device) {
        boolean settled = isSettled(device);
        askPlatform(device);
        return settled ? new ConnectionResult.AlreadyProvisioned(device) : new ConnectionResult.Pending(device);
    }

    private void askPlatform(Device device) {
        queue.hint(device.id(), Set.of(Backend.PLATFORM), clock.instant().plus(READABLE_AFTER));
    }

    private Optional<ConnectionResult> first(Device device, String cause) {
        if (systems.contains(Backend.PLATFORM)) {
            askPlatform(device);
            return Optional.of(new ConnectionResult.Pending(device));
        }
        Outcome outcome = store.commit(new Change.Connected(
                device.id(),
                device.incarnation(),
                device.version(),
                new AuditEvent(
                        clock.instant(),
                        device.id().key(),
                        AuditEvent.Action.DEVICE_CONNECTED,
                        cause,
                        "no platform is configured that could be asked")));
        if (!(outcome instanceof Outcome.Committed)) {
            return Optional.empty();
        }
        Device connected = device.withState(DeviceState.CONNECTED, clock.instant());
        return Optional.of(
                isSettled(device)
                        ? new ConnectionResult.Provisioned(connected)
                        : new ConnectionResult.Pending(connected));
    }

    private boolean isSettled(Device device) {
        return queue.lanes(device.id()).stream()
                .filter(lane -> BOTH.contains(lane.backend()) && systems.contains(lane.backend()))
                .allMatch(lane -> lane.state() == Lane.State.DONE);
    }
}
