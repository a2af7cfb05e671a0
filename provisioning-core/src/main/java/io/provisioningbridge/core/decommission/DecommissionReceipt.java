package io.provisioningbridge.core.decommission;

import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Incarnation;
import io.provisioningbridge.core.domain.IssuanceIntent;
import io.provisioningbridge.core.domain.Lane;
import io.provisioningbridge.core.domain.TunnelAddress;
import io.provisioningbridge.core.port.RenewalControl.Renewal;
import java.time.Instant;
import java.util.List;

/**
 * What is known of the end of one device at one moment. It claims nothing that was not observed: where an effect is only
 * acknowledged or written down, the lane's observation says so.
 *
 * @param device in the spelling of first enrollment
 * @param incarnation which life of it ended
 * @param at when this was put together
 * @param decommissioned when it was taken out
 * @param operator by whom
 * @param reason why; may be empty
 * @param address that was its own
 * @param lanes one for each outside system
 * @param certificates every one received in this incarnation, oldest first
 * @param neverReceived what was asked for and may have been issued, but never arrived
 * @param returns when it was found again in a system it had been removed from, oldest first; the last {@value #RETURNS_LISTED}
 * @param returnsNoted how often that was noted, those not listed included; of one that keeps coming back one an hour is
 * @param renewal whether certificates can be renewed behind the bridge
 */
public record DecommissionReceipt(
        DeviceId device,
        Incarnation incarnation,
        Instant at,
        Instant decommissioned,
        String operator,
        String reason,
        TunnelAddress address,
        List<Lane> lanes,
        List<DeviceCertificate> certificates,
        List<IssuanceIntent> neverReceived,
        List<AuditEvent> returns,
        int returnsNoted,
        Renewal renewal) {

    /** A device may come back every few minutes for years. */
    public static final int RETURNS_LISTED = 20;

    public DecommissionReceipt {
        lanes = List.copyOf(lanes);
        certificates = List.copyOf(certificates);
        neverReceived = List.copyOf(neverReceived);
        returns = List.copyOf(returns);
    }

    /** Whether every system was brought to where it should be. */
    public boolean isComplete() {
        return lanes.stream().allMatch(lane -> lane.state() == Lane.State.DONE);
    }
}
