package io.provisioningbridge.testkit.memory;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.domain.TunnelPeer;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.Outcome;
import java.time.Instant;
import java.util.Optional;

/** How a device is shut out, let in, taken out of service and readmitted; otherwise like {@link InMemoryState}. */
final class LifeChanges {

    private final InMemoryState state;

    LifeChanges(InMemoryState state) {
        this.state = state;
    }

    Outcome suspend(Change.Suspended change) {
        return shift(change, change.device(), change.expectedVersion(), DeviceState.SUSPENDED);
    }

    Outcome resume(Change.Resumed change) {
        return shift(change, change.device(), change.expectedVersion(), DeviceState.ENROLLED);
    }

    private Outcome shift(Change change, DeviceId id, long expectedVersion, DeviceState target) {
        Optional<Device> found = state.deviceInService(id.key()).filter(known -> known.version() == expectedVersion);
        if (found.isEmpty()) {
            return new Outcome.Conflict();
        }
        boolean suspended = found.get().state() == DeviceState.SUSPENDED;
        if (suspended != (target == DeviceState.SUSPENDED)) {
            Instant now = Milliseconds.of(change.audit().at());
            state.setDevice(found.get().withState(target, now));
            state.leases().peersChanged();
            state.conclude(change, id);
        }
        return new Outcome.Committed();
    }

    Outcome connect(Change.Connected change) {
        Optional<Device> found = state.deviceInService(change.device().key())
                .filter(known -> known.version() == change.expectedVersion())
                .filter(known -> known.incarnation().equals(change.incarnation()))
                .filter(known -> known.state() != DeviceState.SUSPENDED);
        if (found.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (found.get().state() == DeviceState.ENROLLED) {
            Instant now = Milliseconds.of(change.audit().at());
            state.setDevice(found.get().withState(DeviceState.CONNECTED, now));
            state.conclude(change, change.device());
        }
        return new Outcome.Committed();
    }

    Outcome noteReturn(Change.CameBack change) {
        boolean out = state.device(change.device().key())
                .filter(InMemoryState::isOutOfService)
                .filter(known -> known.incarnation().equals(change.incarnation()))
                .isPresent();
        if (!out) {
            return new Outcome.Conflict();
        }
        state.conclude(change, change.device());
        return new Outcome.Committed();
    }

    Outcome decommission(Change.Decommissioned change) {
        String device = change.device().key();
        Instant now = Milliseconds.of(change.audit().at());
        Optional<Device> known = state.device(device);
        Optional<Intents.Claim> open = state.intents().openOf(device);
        if (state.versionOf(device) != change.expectedVersion()
                || (known.isEmpty()
                        && open.filter(claim -> claim.intent().openAt(now)).isEmpty())) {
            return new Outcome.Conflict();
        }
        if (known.filter(InMemoryState::isOutOfService).isPresent()) {
            return new Outcome.Committed();
        }
        Device tombstone = known.map(record -> record.withState(DeviceState.DECOMMISSIONED, now))
                .orElseGet(() -> tombstone(open.orElseThrow(), now));
        open.ifPresent(claim -> state.intents().setStatus(claim.intent().id(), Status.UNCERTAIN));
        state.setDevice(tombstone);
        state.leases().retire(tombstone.id());
        state.leases().peersChanged();
        state.certificates().of(device).stream()
                .filter(certificate -> certificate.revocation() == Revocation.NONE)
                .filter(certificate -> now.isBefore(certificate.notAfter()))
                .forEach(certificate -> state.certificates().replace(certificate.withRevocation(Revocation.DUE)));
        state.forgetHints(device);
        state.lanes().forgetObservations(device);
        state.conclude(change, change.device());
        return new Outcome.Committed();
    }

    /** Of a device that was about to get its first certificate. */
    private Device tombstone(Intents.Claim claim, Instant now) {
        IssuanceIntent intent = claim.intent();
        return new Device(
                intent.device(),
                intent.incarnation(),
                DeviceState.DECOMMISSIONED,
                Device.ABSENT + 1,
                state.leases().of(claim.device()).orElseThrow().address(),
                new TunnelPeer(claim.peer(), TunnelPeer.Origin.DEVICE, intent.opened()),
                Device.Labels.NONE,
                now,
                now);
    }

    Outcome release(Change.AddressReleased change) {
        Optional<Device> tombstone = state.device(change.device().key())
                .filter(InMemoryState::isOutOfService)
                .filter(known -> known.incarnation().equals(change.incarnation()));
        if (tombstone.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (state.leases().release(change.device().key(), Milliseconds.of(change.until()))) {
            state.conclude(change, change.device());
        }
        return new Outcome.Committed();
    }

    Outcome readmit(Change.Readmitted change) {
        String device = change.device().key();
        Optional<Device> tombstone = state.device(device)
                .filter(InMemoryState::isOutOfService)
                .filter(known -> known.version() == change.expectedVersion());
        if (tombstone.isEmpty() || state.leases().of(device).isPresent()) {
            return new Outcome.Conflict();
        }
        state.forget(
                tombstone.get(), new Incarnation(tombstone.get().incarnation().number() + 1));
        state.conclude(change, change.device());
        return new Outcome.Committed();
    }

    Outcome markDue(Change.MarkedDue change) {
        if (!change.devices().isEmpty()) {
            change.devices().forEach(device -> state.fallBehind(device, change.makesDue(), change.audit()));
            state.log(change.audit());
        }
        return new Outcome.Committed();
    }
}
