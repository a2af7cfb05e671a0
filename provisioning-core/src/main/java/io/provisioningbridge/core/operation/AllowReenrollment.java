package io.provisioningbridge.core.operation;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.enrollment.Reenrollment;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * An operator vouches for one new key of a device that lost everything: the next request with that key succeeds, once,
 * within {@link #LIFETIME}. Safe for concurrent use.
 */
public final class AllowReenrollment {

    /** How long an allowance waits for its device. */
    public static final Duration LIFETIME = Duration.ofDays(7);

    private final DeviceStore store;
    private final Reenrollment rule;
    private final InstantSource clock;

    /** @param rule what a change takes anyway; {@link Reenrollment#NEVER} takes no allowance */
    public AllowReenrollment(DeviceStore store, Reenrollment rule, InstantSource clock) {
        this.store = store;
        this.rule = rule;
        this.clock = clock;
    }

    /** What became of it. */
    public sealed interface Result {

        /** @param expires from when on the allowance counts no more */
        record Allowed(Instant expires) implements Result {}

        /** No device goes by that id. */
        record UnknownDevice() implements Result {}

        /** The device is out of service: readmit it instead. */
        record Decommissioned() implements Result {}

        /** Under {@link Reenrollment#NEVER} an allowance would not count. */
        record SwitchedOff() implements Result {}
    }

    /**
     * @param key hash of the one key that is allowed
     * @param operator who allows it, for the audit trail
     * @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read or written
     */
    public Result allow(DeviceId id, KeyHash key, String operator) {
        Optional<Device> device = store.find(id);
        if (device.isEmpty()) {
            return new Result.UnknownDevice();
        }
        if (device.get().state() == DeviceState.DECOMMISSIONED) {
            return new Result.Decommissioned();
        }
        if (rule == Reenrollment.NEVER) {
            return new Result.SwitchedOff();
        }
        Instant now = clock.instant();
        Instant expires = now.plus(LIFETIME);
        Outcome outcome = store.commit(new Change.Allowed(
                device.get().id(),
                key,
                expires,
                new AuditEvent(
                        now,
                        id.key(),
                        AuditEvent.Action.REENROLLMENT_ALLOWED,
                        operator,
                        "key " + key + " until " + expires)));
        return outcome instanceof Outcome.Committed ? new Result.Allowed(expires) : new Result.UnknownDevice();
    }
}
