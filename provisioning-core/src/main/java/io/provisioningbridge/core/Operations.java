package io.provisioningbridge.core;

import io.provisioningbridge.core.decommission.DecommissionDevice;
import io.provisioningbridge.core.decommission.DecommissionReceipt;
import io.provisioningbridge.core.decommission.ReadmitDevice;
import io.provisioningbridge.core.decommission.WriteReceipt;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.enrollment.EnrollmentPolicy;
import io.provisioningbridge.core.operation.AllowReenrollment;
import io.provisioningbridge.core.operation.ExplainDevice;
import io.provisioningbridge.core.operation.LifecycleResult;
import io.provisioningbridge.core.operation.SuspendDevice;
import io.provisioningbridge.core.port.CertificateAuthority;
import io.provisioningbridge.core.port.Change;
import io.provisioningbridge.core.port.DeviceStore;
import io.provisioningbridge.core.port.RenewalControl;
import io.provisioningbridge.core.port.RenewalControl.Renewal;
import io.provisioningbridge.core.port.WorkQueue;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * What operators do with devices; each is a use case of its own, which says what its answers mean. Safe for concurrent use.
 *
 * <p>Methods throw {@link io.provisioningbridge.core.port.BackendUnavailableException} when the store cannot be read or
 * written. {@code operator} and {@code reason} are for the audit trail.
 */
public final class Operations {

    private final DeviceStore store;
    private final AllowReenrollment allow;
    private final SuspendDevice suspend;
    private final DecommissionDevice decommission;
    private final ReadmitDevice readmit;
    private final WriteReceipt receipt;
    private final ExplainDevice explain;
    private final InstantSource clock;

    private Operations(
            DeviceStore store, WorkQueue queue, RenewalControl renewal, EnrollmentPolicy policy, InstantSource clock) {
        this.store = store;
        this.allow = new AllowReenrollment(store, policy.reenrollment(), clock);
        this.suspend = new SuspendDevice(store, clock);
        this.decommission = new DecommissionDevice(store, clock);
        this.readmit = new ReadmitDevice(store, queue, clock);
        this.receipt = new WriteReceipt(store, queue, renewal, clock);
        this.explain = new ExplainDevice(store, queue, policy, clock);
        this.clock = clock;
    }

    static Operations of(
            DeviceStore store,
            WorkQueue queue,
            CertificateAuthority authority,
            EnrollmentPolicy policy,
            InstantSource clock) {
        RenewalControl renewal = authority instanceof RenewalControl knows ? knows : () -> Renewal.UNKNOWN;
        return new Operations(store, queue, renewal, policy, clock);
    }

    /** See {@link AllowReenrollment#allow}. */
    public AllowReenrollment.Result allowReenrollment(DeviceId id, KeyHash key, String operator) {
        return allow.allow(id, key, operator);
    }

    /** See {@link SuspendDevice#suspend}. */
    public LifecycleResult suspend(DeviceId id, String operator, String reason) {
        return suspend.suspend(id, operator, reason);
    }

    /** See {@link SuspendDevice#resume}. */
    public LifecycleResult resume(DeviceId id, String operator, String reason) {
        return suspend.resume(id, operator, reason);
    }

    /** See {@link DecommissionDevice#decommission}. */
    public LifecycleResult decommission(DeviceId id, String operator, String reason) {
        return decommission.decommission(id, operator, reason);
    }

    /** See {@link ReadmitDevice#readmit}. */
    public LifecycleResult readmit(DeviceId id, String operator, String reason) {
        return readmit.readmit(id, operator, reason);
    }

    /** See {@link WriteReceipt#write}. */
    public Optional<DecommissionReceipt> receipt(DeviceId id) {
        return receipt.write(id);
    }

    /** See {@link ExplainDevice#explain}. */
    public ExplainDevice.Explanation explain(DeviceId id) {
        return explain.explain(id);
    }

    /** Has lanes worked on again, failed ones too. */
    public void retry(Set<DeviceId> devices, Backend backend, String operator) {
        store.commit(new Change.MarkedDue(
                devices,
                backend,
                new AuditEvent(
                        clock.instant(),
                        devices.size() == 1 ? devices.iterator().next().key() : "",
                        AuditEvent.Action.LANES_MARKED_DUE,
                        operator,
                        backend + " of " + devices.size() + (devices.size() == 1 ? " device" : " devices"))));
    }
}
