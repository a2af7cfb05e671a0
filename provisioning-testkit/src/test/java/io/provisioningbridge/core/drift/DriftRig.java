package io.provisioningbridge.core.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.drift.DriftReport.Section;
import io.provisioningbridge.core.operation.LifecycleResult;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/** A bridge whose devices have come all the way, and what is found to differ. */
final class DriftRig {

    static final DeviceId ID = new DeviceId("dev-1");

    final LifeRig life = new LifeRig();
    final Drift drift = life.bridge.drift();

    /** Enrolls a device that connects to the platform. */
    X509Certificate connected(Identity device) {
        X509Certificate leaf = life.inService(device);
        connect(new DeviceId(device.id()), leaf);
        assertThat(life.device(device.id()).state()).isEqualTo(DeviceState.CONNECTED);
        return leaf;
    }

    void connect(DeviceId id, X509Certificate leaf) {
        life.clock.tick(Duration.ofSeconds(1));
        assertThat(life.platform.connect(id, leaf, life.clock.instant())).isTrue();
        life.bridge.connected(id, "test");
        life.settle();
    }

    X509Certificate connected() {
        return connected(life.identity(ID.text()));
    }

    void decommission() {
        assertThat(life.bridge.operations().decommission(ID, "alice", "")).isInstanceOf(LifecycleResult.Settled.class);
        life.settle();
    }

    /** Every finding of a round in which everything could be compared. */
    List<Finding> found() {
        DriftReport report = drift.check().orElseThrow();
        assertThat(report.sections()).allMatch(section -> section.unchecked().isEmpty());
        return report.findings();
    }

    List<FindingType> types() {
        return found().stream().map(Finding::type).toList();
    }

    List<Place> unchecked() {
        return drift.check().orElseThrow().sections().stream()
                .filter(section -> section.unchecked().isPresent())
                .map(Section::place)
                .toList();
    }

    /** Repairs what was found last, and has it done. */
    Repair repair() {
        Repair repair = drift.repair("alice").orElseThrow();
        life.settle();
        return repair;
    }

    long generation(Backend backend) {
        return life.lane(ID.text(), backend).generation();
    }
}
