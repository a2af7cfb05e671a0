package io.provisioningbridge.adapter.jdbc;

import io.provisioningbridge.adapter.jdbc.LeaseTable.Lease;
import io.provisioningbridge.core.domain.Device;
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

/**
 * Judges and writes how a device is shut out, let in, taken out of service and readmitted; otherwise like
 * {@link ChangeWriter}, which uses it.
 */
final class LifeWriter {

    private final Tables tables;

    LifeWriter(Tables tables) {
        this.tables = tables;
    }

    Outcome suspend(Change.Suspended change) {
        return shift(change, change.device(), change.expectedVersion(), DeviceState.SUSPENDED);
    }

    Outcome resume(Change.Resumed change) {
        return shift(change, change.device(), change.expectedVersion(), DeviceState.ENROLLED);
    }

    private Outcome shift(Change change, DeviceId id, long expectedVersion, DeviceState target) {
        Optional<Device> found = tables.devices().findInService(id.key(), expectedVersion);
        if (found.isEmpty()) {
            return new Outcome.Conflict();
        }
        boolean suspended = found.get().state() == DeviceState.SUSPENDED;
        if (suspended != (target == DeviceState.SUSPENDED)) {
            tables.devices().setState(id.key(), target, change.audit().at());
            tables.peersChanged();
            tables.conclude(change, id);
        }
        return new Outcome.Committed();
    }

    Outcome connect(Change.Connected change) {
        String device = change.device().key();
        Optional<Device> found = tables.devices()
                .findInService(device, change.expectedVersion())
                .filter(known -> known.incarnation().equals(change.incarnation()))
                .filter(known -> known.state() != DeviceState.SUSPENDED);
        if (found.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (found.get().state() == DeviceState.ENROLLED) {
            tables.devices()
                    .setState(device, DeviceState.CONNECTED, change.audit().at());
            tables.conclude(change, change.device());
        }
        return new Outcome.Committed();
    }

    Outcome noteReturn(Change.CameBack change) {
        boolean out = tables.devices()
                .find(change.device().key())
                .filter(DeviceTable::isOutOfService)
                .filter(known -> known.incarnation().equals(change.incarnation()))
                .isPresent();
        if (!out) {
            return new Outcome.Conflict();
        }
        tables.conclude(change, change.device());
        return new Outcome.Committed();
    }

    Outcome decommission(Change.Decommissioned change) {
        String device = change.device().key();
        Instant now = ChangeWriter.milliseconds(change.audit().at());
        Optional<Device> known = tables.devices().find(device);
        Optional<StoredIntent> open = tables.intents().openOf(device);
        if (known.map(Device::version).orElse(Device.ABSENT) != change.expectedVersion()
                || (known.isEmpty()
                        && open.filter(intent -> intent.intent().openAt(now)).isEmpty())) {
            return new Outcome.Conflict();
        }
        if (known.filter(DeviceTable::isOutOfService).isPresent()) {
            return new Outcome.Committed();
        }
        if (known.isPresent()) {
            tables.devices().setState(device, DeviceState.DECOMMISSIONED, now);
        } else {
            tables.devices().insert(tombstone(open.orElseThrow(), now));
        }
        open.ifPresent(intent -> tables.intents().setStatus(intent.intent().id(), Status.UNCERTAIN));
        tables.leases().retire(device);
        tables.peersChanged();
        tables.certificates().takeBack(device, now);
        tables.attempts().removeAll(device);
        tables.allowances().removeAll(device);
        tables.targetTokens().remove(device);
        tables.lanes().forgetObservations(device);
        tables.conclude(change, change.device());
        return new Outcome.Committed();
    }

    /** Of a device that was about to get its first certificate. */
    private Device tombstone(StoredIntent open, Instant now) {
        IssuanceIntent intent = open.intent();
        Lease lease = tables.leases()
                .of(open.device())
                .orElseThrow(() -> new IllegalStateException(intent.device() + " has an open intent and no address"));
        return new Device(
                intent.device(),
                intent.incarnation(),
                DeviceState.DECOMMISSIONED,
                Device.ABSENT + 1,
                lease.address(),
                new TunnelPeer(open.peer(), TunnelPeer.Origin.DEVICE, intent.opened()),
                Device.Labels.NONE,
                now,
                now);
    }

    Outcome release(Change.AddressReleased change) {
        String device = change.device().key();
        Optional<Device> tombstone = tables.devices()
                .find(device)
                .filter(DeviceTable::isOutOfService)
                .filter(known -> known.incarnation().equals(change.incarnation()));
        if (tombstone.isEmpty()) {
            return new Outcome.Conflict();
        }
        if (tables.leases().release(device, change.until())) {
            tables.conclude(change, change.device());
        }
        return new Outcome.Committed();
    }

    Outcome readmit(Change.Readmitted change) {
        String device = change.device().key();
        Optional<Device> tombstone = tables.devices()
                .find(device)
                .filter(DeviceTable::isOutOfService)
                .filter(known -> known.version() == change.expectedVersion());
        if (tombstone.isEmpty() || tables.leases().of(device).isPresent()) {
            return new Outcome.Conflict();
        }
        Incarnation next = new Incarnation(tombstone.get().incarnation().number() + 1);
        tables.devices().remove(device, next);
        tables.attempts().removeAll(device);
        tables.allowances().removeAll(device);
        tables.conclude(change, change.device());
        return new Outcome.Committed();
    }

    Outcome markDue(Change.MarkedDue change) {
        if (!change.devices().isEmpty()) {
            tables.lanes()
                    .fallBehind(
                            change.devices(), change.makesDue(), change.audit().at());
            tables.events().append(change.audit());
        }
        return new Outcome.Committed();
    }
}
