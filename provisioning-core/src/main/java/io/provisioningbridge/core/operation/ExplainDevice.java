package io.provisioningbridge.core.operation;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.enrollment.EnrollmentPolicy;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Says of an id, known or not, which rule decides its next enrollment, how far each outside system is, and what happened
 * last. Safe for concurrent use.
 */
public final class ExplainDevice {

    private static final int LATEST = 5;

    private final DeviceStore store;
    private final WorkQueue queue;
    private final EnrollmentPolicy policy;
    private final InstantSource clock;

    public ExplainDevice(DeviceStore store, WorkQueue queue, EnrollmentPolicy policy, InstantSource clock) {
        this.store = store;
        this.queue = queue;
        this.policy = policy;
        this.clock = clock;
    }

    /** What decides the next enrollment under an id. */
    public enum Rule {
        /** Never enrolled: the policy decides. */
        STRANGER,
        /** Never enrolled, and it never will be: the id is the name of a server. */
        RESERVED,
        /** An enrollment is under way, and keeps all others out. */
        ENROLLMENT_UNDER_WAY,
        /** The same key gets the stored answer, a change needs a signed request or an operator's allowance. */
        CHANGE_NEEDS_PROOF,
        /** The same key gets the stored answer, and so does any other that was never superseded. */
        CHANGE_IS_OPEN,
        /** The same key gets the stored answer, a change needs the current certificate before it expires. */
        CHANGE_NEEDS_CURRENT_CERTIFICATE,
        SUSPENDED,
        DECOMMISSIONED
    }

    /**
     * @param device the id as it is kept, or as it was asked for
     * @param record empty when there is none
     * @param rule what decides
     * @param underWay the enrollment that is open
     * @param lanes in the order of their systems
     * @param latest the last few events, latest first
     */
    public record Explanation(
            DeviceId device,
            Optional<Device> record,
            Rule rule,
            Optional<IssuanceIntent> underWay,
            List<Lane> lanes,
            List<AuditEvent> latest) {}

    /** @throws io.provisioningbridge.core.port.BackendUnavailableException the store cannot be read */
    public Explanation explain(DeviceId id) {
        Optional<Device> device = store.find(id);
        Optional<IssuanceIntent> underWay = store.openIntent(id, clock.instant());
        List<AuditEvent> events = store.events(id);
        List<AuditEvent> latest = new ArrayList<>(events.subList(Math.max(0, events.size() - LATEST), events.size()));
        Collections.reverse(latest);
        return new Explanation(
                device.map(Device::id)
                        .or(() -> underWay.map(IssuanceIntent::device))
                        .orElse(id),
                device,
                rule(id, device, underWay),
                underWay,
                queue.lanes(id),
                latest);
    }

    private Rule rule(DeviceId id, Optional<Device> device, Optional<IssuanceIntent> underWay) {
        if (device.isEmpty()) {
            return underWay.isPresent()
                    ? Rule.ENROLLMENT_UNDER_WAY
                    : policy.reserves(id) ? Rule.RESERVED : Rule.STRANGER;
        }
        return switch (device.get().state()) {
            case SUSPENDED -> Rule.SUSPENDED;
            case DECOMMISSIONED -> Rule.DECOMMISSIONED;
            case ENROLLED, CONNECTED -> underWay.isPresent() ? Rule.ENROLLMENT_UNDER_WAY : change();
        };
    }

    private Rule change() {
        return switch (policy.reenrollment()) {
            case PROOF -> Rule.CHANGE_NEEDS_PROOF;
            case OPEN -> Rule.CHANGE_IS_OPEN;
            case NEVER -> Rule.CHANGE_NEEDS_CURRENT_CERTIFICATE;
        };
    }
}
