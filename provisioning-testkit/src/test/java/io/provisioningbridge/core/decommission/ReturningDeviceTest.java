package io.provisioningbridge.core.decommission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.domain.AuditEvent;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.drift.DriftReport;
import io.provisioningbridge.core.drift.Finding;
import io.provisioningbridge.core.drift.FindingType;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that nobody has switched off, and that registers itself again whenever it is removed. */
class ReturningDeviceTest {

    private static final DeviceId ID = new DeviceId("dev-1");
    private static final Duration POLLING = Duration.ofMinutes(5);

    private final LifeRig rig = new LifeRig();

    @BeforeEach
    void takeOutOfService() {
        rig.connected(rig.identity("dev-1"));
        rig.clock.tick(Duration.ofSeconds(1));
        rig.bridge.operations().decommission(ID, "alice", "sold");
        rig.bridge.runDue();
    }

    private void comeBackAndBeRemoved() {
        rig.updateServer.addForeign(new Seen("dev-1", "dev-1", "", Optional.empty(), Optional.empty()));
        rig.clock.tick(POLLING);
        rig.bridge.runDue();
        assertThat(rig.target("dev-1")).as("removed each time").isEmpty();
    }

    private DecommissionReceipt receipt() {
        return rig.bridge.operations().receipt(ID).orElseThrow();
    }

    @Test
    void returnsShouldBeNotedOnceAnHourAfterSeveralWithinADay() {
        for (int i = 0; i < 5; i++) {
            comeBackAndBeRemoved();
        }
        assertThat(receipt().returnsNoted()).isEqualTo(5);
        Instant fifth = rig.clock.instant();

        while (rig.clock.instant().isBefore(fifth.plus(Duration.ofHours(3)))) {
            comeBackAndBeRemoved();
        }

        assertThat(receipt().returns())
                .extracting(AuditEvent::at)
                .endsWith(
                        fifth,
                        fifth.plus(Duration.ofHours(1)),
                        fifth.plus(Duration.ofHours(2)),
                        fifth.plus(Duration.ofHours(3)));
        assertThat(receipt().returnsNoted()).isEqualTo(8);
    }

    @Test
    void returnsAfterAQuietDayShouldBeNotedEach() {
        for (int i = 0; i < 10; i++) {
            comeBackAndBeRemoved();
        }
        for (int hour = 0; hour < 25; hour++) {
            rig.clock.tick(Duration.ofHours(1));
            rig.bridge.runDue();
        }
        int before = receipt().returnsNoted();

        rig.bridge.operations().retry(Set.of(ID), Backend.UPDATE_SERVER, "alice");
        comeBackAndBeRemoved();
        comeBackAndBeRemoved();

        assertThat(receipt().returnsNoted()).isEqualTo(before + 2);
    }

    @Test
    void receiptShouldListTheLastTwentyAndSayHowManyThereWere() {
        Instant begun = rig.clock.instant();
        while (rig.clock.instant().isBefore(begun.plus(Duration.ofHours(30)))) {
            comeBackAndBeRemoved();
        }

        List<Instant> listed = receipt().returns().stream().map(AuditEvent::at).toList();
        assertThat(listed).hasSize(20).isSorted();
        assertThat(listed.get(19)).isAfter(rig.clock.instant().minus(Duration.ofMinutes(61)));
        assertThat(receipt().returnsNoted()).isBetween(30, 40);
        assertThat(rig.store.countEvents(ID, AuditEvent.Action.DEVICE_CAME_BACK, Instant.EPOCH))
                .isEqualTo(receipt().returnsNoted());
    }

    @Test
    void lookForAReturnShouldNotReadTheWholeTrail() {
        int before = rig.faults.calls("events");
        for (int i = 0; i < 10; i++) {
            comeBackAndBeRemoved();
        }
        receipt();

        assertThat(rig.faults.calls("events")).isEqualTo(before);
    }

    @Test
    void driftShouldSayThatSomebodyHasToStopIt() {
        for (int i = 0; i < 4; i++) {
            comeBackAndBeRemoved();
        }
        assertThat(findings()).isEmpty();

        comeBackAndBeRemoved();
        assertThat(findings())
                .extracting(Finding::type, Finding::subject)
                .containsExactly(tuple(FindingType.RETURNING_TARGET, "dev-1"));

        rig.clock.tick(Duration.ofDays(1));
        rig.bridge.runDue();
        assertThat(findings()).as("it stopped").isEmpty();
    }

    private List<Finding> findings() {
        return rig.bridge.drift().check().map(DriftReport::findings).orElseThrow();
    }
}
