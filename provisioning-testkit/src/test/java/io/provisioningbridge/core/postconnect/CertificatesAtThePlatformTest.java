package io.provisioningbridge.core.postconnect;

import static io.provisioningbridge.core.LifeRig.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.domain.AuditEvent.Action;
import io.provisioningbridge.core.domain.Backend;
import io.provisioningbridge.core.domain.CertificateHash;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.enrollment.ConfirmationResult;
import io.provisioningbridge.core.port.DevicePlatform.Credential;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificate the platform admits a device with while that renews, and what its connections prove. */
class CertificatesAtThePlatformTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private final LifeRig rig = new LifeRig();
    private final Identity first = rig.identity("dev-1");
    private final Identity second = rig.identity("dev-1");

    @BeforeEach
    void letTimePass() {
        rig.clock.tick(Duration.ofMinutes(1));
    }

    private List<Standing> standings() {
        return rig.store.certificates(ID).stream()
                .map(DeviceCertificate::standing)
                .toList();
    }

    private void hintAndSettle() {
        rig.hint("dev-1");
        rig.settle();
    }

    /** A device that lost all it had, and whose new key an operator vouches for: nothing proves its old certificate unused. */
    private X509Certificate enrollAnew() {
        rig.bridge.operations().allowReenrollment(ID, KeyHash.of(second.key().publicKeyInfo()), "alice");
        X509Certificate anew = leaf(rig.bridge.enroll(LifeRig.request(second)));
        assertThat(standings()).endsWith(Standing.ISSUED);
        return anew;
    }

    @Test
    void renewedCertificateShouldBeAdmittedOnlyWhenItIsConfirmed() {
        X509Certificate old = rig.connected(first);
        X509Certificate renewed = leaf(rig.renewConfirming(second, old));
        rig.settle();
        rig.assertAdmitted("dev-1", old);
        assertThat(rig.connects("dev-1", renewed)).isFalse();
        assertThat(rig.connects("dev-1", old)).as("no connection ended").isTrue();
        assertThat(rig.platformFaults.calls("put")).isEqualTo(1);

        assertThat(rig.confirm("dev-1", renewed)).isInstanceOf(ConfirmationResult.Confirmed.class);
        rig.settle();

        rig.assertAdmitted("dev-1", renewed);
        assertThat(rig.connects("dev-1", old)).isFalse();
        assertThat(rig.connects("dev-1", renewed)).isTrue();
        assertThat(rig.device("dev-1").state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(rig.authority.revoked()).containsExactly(old.getSerialNumber());
    }

    @Test
    void renewedCertificateOfADeviceThatDoesNotConfirmShouldBeAdmittedAtOnce() {
        X509Certificate old = rig.connected(first);
        X509Certificate renewed = leaf(rig.renew(second, old));
        rig.settle();

        rig.assertAdmitted("dev-1", renewed);
        assertThat(standings()).as("nobody has seen it in use").containsExactly(Standing.CURRENT, Standing.ISSUED);
        assertThat(rig.authority.revoked()).isEmpty();
    }

    @Test
    void connectionWithExactlyTheNewCertificateShouldEndTheOldOne() {
        X509Certificate old = rig.connected(first);
        X509Certificate renewed = leaf(rig.renew(second, old));
        rig.settle();
        assertThat(rig.connects("dev-1", renewed)).isTrue();

        hintAndSettle();

        assertThat(standings()).containsExactly(Standing.SUPERSEDED, Standing.CURRENT);
        assertThat(rig.authority.revoked()).containsExactly(old.getSerialNumber());
        rig.assertAdmitted("dev-1", renewed);
    }

    @Test
    void connectionFromBeforeTheNewCertificateWasAdmittedShouldEndNothing() {
        X509Certificate old = rig.connected(first);
        X509Certificate renewed = leaf(rig.renew(second, old));
        rig.connects("dev-1", old);
        rig.clock.tick(Duration.ofSeconds(1));
        rig.settle();
        rig.assertAdmitted("dev-1", renewed);

        hintAndSettle();

        assertThat(standings()).containsExactly(Standing.CURRENT, Standing.ISSUED);
        assertThat(rig.authority.revoked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {-90, -1, 1, 90})
    void platformThatDoesNotKnowTheTimeShouldMakeNoDifference(long minutesAhead) {
        rig.skewPlatform(Duration.ofMinutes(minutesAhead));
        X509Certificate old = rig.connected(first);
        rig.connects("dev-1", old);
        rig.clock.tick(Duration.ofSeconds(1));
        X509Certificate renewed = leaf(rig.renew(second, old));
        rig.settle();
        hintAndSettle();
        assertThat(standings())
                .as("only the old one was used, whatever the time")
                .containsExactly(Standing.CURRENT, Standing.ISSUED);

        assertThat(rig.connects("dev-1", renewed)).isTrue();
        hintAndSettle();

        assertThat(standings()).containsExactly(Standing.SUPERSEDED, Standing.CURRENT);
    }

    @Test
    void connectionLongAgoShouldNotCountAfterTheDeviceWasSuspended() {
        rig.skewPlatform(Duration.ofHours(3));
        X509Certificate leaf = rig.connected(first);
        rig.clock.tick(Duration.ofHours(1));
        rig.bridge.operations().suspend(ID, "alice", "");
        rig.settle();
        rig.bridge.operations().resume(ID, "alice", "");
        rig.clock.tick(Duration.ofMinutes(5));
        rig.settle();
        rig.assertAdmitted("dev-1", leaf);

        hintAndSettle();
        assertThat(rig.device("dev-1").state()).isEqualTo(DeviceState.ENROLLED);
        assertThat(rig.target("dev-1")).isEmpty();

        rig.connects("dev-1", leaf);
        hintAndSettle();
        assertThat(rig.device("dev-1").state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(rig.target("dev-1")).isPresent();
    }

    /** As a platform does that goes by the chain alone: whoever comes with any certificate of the device is let in with that. */
    private void takenOverBy(X509Certificate leaf) {
        rig.clock.tick(Duration.ofSeconds(1));
        rig.platform.takeOver(ID, leaf, rig.platformTime());
    }

    @Test
    void unconfirmedCertificateThePlatformTookOverShouldBeSeen() {
        X509Certificate old = rig.connected(first);
        X509Certificate renewed = leaf(rig.renewConfirming(second, old));
        rig.settle();

        takenOverBy(renewed);
        hintAndSettle();

        assertThat(standings()).containsExactly(Standing.SUPERSEDED, Standing.CURRENT);
        rig.assertAdmitted("dev-1", renewed);
        assertThat(rig.authority.revoked()).containsExactly(old.getSerialNumber());
    }

    @Test
    void credentialTakenBackByASupersededCertificateShouldBeSwitchedAgainAndProveNothing() {
        X509Certificate old = rig.connected(first);
        X509Certificate renewed = leaf(rig.renewConfirming(second, old));
        rig.confirm("dev-1", renewed);
        rig.settle();

        for (int i = 0; i < 3; i++) {
            takenOverBy(old);
            assertThat(rig.atPlatform("dev-1").orElseThrow().credential())
                    .isEqualTo(new Credential.Certificate(CertificateHash.of(old)));
            hintAndSettle();
            rig.assertAdmitted("dev-1", renewed);
        }

        assertThat(standings()).containsExactly(Standing.SUPERSEDED, Standing.CURRENT);
    }

    @Test
    void certificateOfAnEarlierLifeShouldProveNothing() {
        X509Certificate old = rig.connected(first);
        rig.clock.tick(Duration.ofDays(40));
        rig.bridge.operations().decommission(ID, "alice", "");
        rig.settle();
        rig.bridge.operations().readmit(ID, "alice", "");
        X509Certificate present = leaf(rig.enroll(second));
        rig.settle();

        takenOverBy(old);
        hintAndSettle();

        assertThat(rig.device("dev-1").state()).isEqualTo(DeviceState.ENROLLED);
        rig.assertAdmitted("dev-1", present);

        rig.connects("dev-1", present);
        hintAndSettle();
        assertThat(rig.device("dev-1").state())
                .as("an expired one of an earlier life is no second one")
                .isEqualTo(DeviceState.CONNECTED);
    }

    @Test
    void deviceThatLostEverythingShouldBeAdmittedWithItsNewCertificate() {
        X509Certificate lost = rig.connected(first);
        X509Certificate anew = enrollAnew();
        rig.settle();
        rig.assertAdmitted("dev-1", anew);

        rig.connects("dev-1", anew);
        hintAndSettle();

        assertThat(standings()).containsExactly(Standing.SUPERSEDED, Standing.CURRENT);
        assertThat(rig.authority.revoked()).containsExactly(lost.getSerialNumber());
    }

    @Test
    void repeatedAdmissionShouldEndNoConnection() {
        rig.connected(first);
        int puts = rig.platformFaults.calls("put");

        rig.bridge.operations().retry(Set.of(ID), Backend.PLATFORM, "alice");
        rig.settle();

        assertThat(rig.platformFaults.calls("put")).isEqualTo(puts);
    }

    @Test
    void whatSomebodyElseChangedShouldBeAsItWas() {
        X509Certificate leaf = rig.connected(first);
        rig.platform.addForeign("dev-1", new Credential.Other("ACCESS_TOKEN"));

        rig.bridge.operations().retry(Set.of(ID), Backend.PLATFORM, "alice");
        rig.settle();

        rig.assertAdmitted("dev-1", leaf);
        assertThat(rig.store.events(ID)).noneMatch(event -> event.action() == Action.DEVICE_CAME_BACK);
    }
}
