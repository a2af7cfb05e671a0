package io.provisioningbridge.core.postconnect;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Connections that the platform writes down later than it tells of them, or than it is looked at. */
class LateConnectionsTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private final LifeRig rig = new LifeRig();
    private final Identity device = rig.identity("dev-1");

    private DeviceState state() {
        return rig.device("dev-1").state();
    }

    @Test
    void connectionThatCanBeReadLateShouldBeNoticedByALaterLook() {
        for (int seconds : List.of(4, 29)) {
            DeviceId late = new DeviceId("late-" + seconds);
            X509Certificate leaf = rig.inService(rig.identity(late.text()));
            rig.hint(late.text());
            rig.bridge.runDue();
            // A look finds nothing new, whoever comes when.
            for (int second = 0; second < seconds; second++) {
                rig.clock.tick(Duration.ofSeconds(1));
                rig.bridge.runDue();
            }
            assertThat(rig.connects(late.text(), leaf)).isTrue();
            rig.clock.tick(Duration.ofSeconds(1));
            rig.bridge.runDue();

            assertThat(rig.device(late.text()).state()).isEqualTo(DeviceState.CONNECTED);
            assertThat(rig.lane(late.text(), Backend.PLATFORM).nextTry()).isEmpty();
        }
    }

    /** A lane that is due keeps its turn, and may so be looked at before the connection can be read. */
    @Test
    void hintAboutALaneThatIsDueShouldNotBeLostOnALookThatComesTooEarly() {
        X509Certificate leaf = rig.inService(device);
        rig.bridge.operations().retry(Set.of(ID), Backend.PLATFORM, "alice");
        rig.hint("dev-1");
        rig.bridge.runDue();
        rig.connects("dev-1", leaf);
        rig.bridge.runDue();
        assertThat(state()).isEqualTo(DeviceState.ENROLLED);

        rig.clock.tick(Duration.ofSeconds(5));
        rig.bridge.runDue();

        assertThat(state()).isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void lookAfterAHintShouldBeRepeatedTwiceAndNotForEver() {
        rig.inService(device);
        int admitting = rig.platformFaults.calls("look");
        rig.clock.tick(Duration.ofHours(1));
        rig.bridge.runDue();
        assertThat(rig.platformFaults.calls("look")).as("nobody said anything").isEqualTo(admitting);

        rig.hint("dev-1");
        for (int second = 0; second < 600; second++) {
            rig.bridge.runDue();
            rig.clock.tick(Duration.ofSeconds(1));
        }

        assertThat(rig.platformFaults.calls("look") - admitting).isEqualTo(3);
        assertThat(rig.lane("dev-1", Backend.PLATFORM).nextTry()).isEmpty();
    }

    /** Its other certificate counts until then. */
    @Test
    void connectionWithARenewedCertificateThatCanBeReadLateShouldBeNoticed() {
        X509Certificate first = rig.connected(device);
        Identity renewing = new Identity("dev-1", rig.identity("dev-1").key(), device.peer());
        X509Certificate second = leaf(rig.renew(renewing, first));
        rig.settle();
        rig.hint("dev-1");
        rig.bridge.runDue();
        assertThat(rig.connects("dev-1", second)).isTrue();

        rig.clock.tick(Duration.ofSeconds(5));
        rig.settle();

        assertThat(rig.store.certificates(ID))
                .extracting(DeviceCertificate::standing)
                .containsExactly(Standing.SUPERSEDED, Standing.CURRENT);
    }

    @Test
    void hintsOfAConnectedDeviceShouldBeLookedAtOnceEach() {
        rig.connected(device);
        rig.hint("dev-1");
        rig.bridge.runDue();

        assertThat(rig.lane("dev-1", Backend.PLATFORM).nextTry()).isEmpty();
    }
}
