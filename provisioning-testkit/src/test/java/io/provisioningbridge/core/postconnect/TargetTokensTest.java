package io.provisioningbridge.core.postconnect;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.LifeRig;
import io.provisioningbridge.core.LifeRig.Identity;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.enrollment.EnrollmentRequest;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is told what a device shows to the update server. */
class TargetTokensTest {

    private static final DeviceId ID = new DeviceId("dev-1");

    private final LifeRig rig = new LifeRig();
    private final Identity device = rig.identity("dev-1");

    private static Optional<String> token(EnrollmentResult answer) {
        LifeRig.leaf(answer);
        return ((EnrollmentResult.Enrolled) answer).targetToken().map(Secret::reveal);
    }

    private String stored() {
        return rig.store.targetToken(ID).orElseThrow().reveal();
    }

    @Test
    void answerShouldCarryTheTokenTheUpdateServerGets() {
        EnrollmentResult answer = rig.enroll(device);
        X509Certificate leaf = LifeRig.leaf(answer);
        rig.settle();
        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        rig.settle();

        assertThat(token(answer).orElseThrow()).matches("[0-9a-f]{64}").isEqualTo(stored());
        assertThat(rig.target("dev-1").orElseThrow().token().map(Secret::reveal))
                .contains(stored());
        assertThat(answer.toString()).as("printed").doesNotContain(stored());
    }

    @Test
    void answerThatMayHaveBeenLostShouldBeTheSameAgain() {
        Optional<String> first = token(rig.enroll(device));

        assertThat(token(rig.enroll(device))).isEqualTo(first).contains(stored());
    }

    /** Whoever saw the request when it was sent could send it again. */
    @Test
    void repeatedRequestShouldNotGetTheTokenOnceTheDeviceHasItsCertificate() {
        X509Certificate leaf = rig.connected(device);

        EnrollmentResult again = rig.enroll(device);

        assertThat(LifeRig.leaf(again)).isEqualTo(leaf);
        assertThat(token(again)).isEmpty();
    }

    /** A signature of somebody else's certificate is no proof. */
    @Test
    void repeatedRequestSignedByAStrangerShouldNotGetTheToken() {
        rig.connected(device);
        X509Certificate stranger = rig.inService(rig.identity("dev-2"));
        EnrollmentRequest forged = LifeRig.signed(LifeRig.request(device), stranger);

        assertThat(token(rig.bridge.enroll(forged))).isEmpty();
    }

    @Test
    void repeatedRequestSignedWithASupersededCertificateShouldNotGetTheToken() {
        X509Certificate old = rig.connected(device);
        Identity next = rig.identity("dev-1");
        EnrollmentRequest renewal = LifeRig.signed(LifeRig.request(next), old);
        Optional<String> first = token(rig.bridge.enroll(renewal));
        assertThat(first).contains(stored());
        assertThat(token(rig.bridge.enroll(renewal))).as("it may be lost").isEqualTo(first);
        rig.confirm(
                "dev-1",
                Pem.parseCertificates(rig.store.certificates(ID).get(1).pem())
                        .orThrow()
                        .get(0));

        assertThat(token(rig.bridge.enroll(renewal))).isEmpty();
    }

    @Test
    void renewalShouldGetTheTokenTheDeviceHas() {
        X509Certificate old = rig.connected(device);
        String before = stored();

        assertThat(token(rig.renew(rig.identity("dev-1"), old))).contains(before);
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void withoutTokensNoneShouldBeGivenAndTheUpdateServerChoose() {
        ProvisioningBridge bridge = rig.builder().updateServer(rig.updateServer).build();

        assertThat(token(bridge.enroll(LifeRig.request(device)))).isEmpty();

        assertThat(rig.store.targetToken(ID)).isEmpty();
        bridge.connected(ID, "webhook");
        bridge.runDue();
        assertThat(rig.target("dev-1").orElseThrow().token().orElseThrow().reveal())
                .startsWith("chosen-");
    }

    /** Tokens are switched on when the device has been a target for long. */
    @Test
    void deviceThatGetsItsFirstTokenWithARenewalShouldHaveItAtTheUpdateServerToo() {
        ProvisioningBridge without = rig.builder()
                .updateServer(rig.updateServer)
                .platform(rig.platform)
                .build();
        X509Certificate leaf = LifeRig.leaf(without.enroll(LifeRig.request(device)));
        without.runDue();
        rig.connects("dev-1", leaf);
        without.connected(ID, "webhook");
        rig.clock.tick(Duration.ofSeconds(1));
        without.runDue();
        without.runDue();
        assertThat(rig.target("dev-1").orElseThrow().token().orElseThrow().reveal())
                .startsWith("chosen-");
        rig.clock.tick(Duration.ofDays(1));

        Optional<String> given = token(rig.renew(rig.identity("dev-1"), leaf));
        rig.settle();

        assertThat(given).contains(stored());
        assertThat(rig.target("dev-1").orElseThrow().token().map(Secret::reveal))
                .isEqualTo(given);
    }

    /** A device in the field, whose answer has no place for a token, shows the one it has had for long. */
    @Test
    void deviceThatIsNeverToldATokenShouldKeepTheOneItHasAtTheUpdateServer() {
        rig.updateServer.addForeign(
                new Seen("dev-1", "fielded", "", Optional.empty(), Optional.of(new Secret("its-own"))));
        EnrollmentRequest request = LifeRig.request(device).withoutTargetToken();
        EnrollmentResult answer = rig.bridge.enroll(request);
        X509Certificate leaf = LifeRig.leaf(answer);
        rig.settle();
        rig.connects("dev-1", leaf);
        rig.hint("dev-1");
        rig.settle();

        assertThat(token(answer)).isEmpty();
        assertThat(rig.store.targetToken(ID)).isEmpty();
        assertThat(rig.target("dev-1").orElseThrow().address())
                .contains(rig.device("dev-1").address());
        assertThat(rig.target("dev-1").orElseThrow().token().map(Secret::reveal))
                .contains("its-own");

        Optional<String> given = token(rig.renew(rig.identity("dev-1"), leaf));
        rig.settle();
        assertThat(given).as("the first answer that can tell it").contains(stored());
        assertThat(rig.target("dev-1").orElseThrow().token().map(Secret::reveal))
                .isEqualTo(given);
    }

    @Test
    void requestWithoutTargetTokenShouldKeepAllElse() {
        EnrollmentRequest request = LifeRig.request(device)
                .withoutTargetToken()
                .withLabels("Pump", "yocto")
                .from("req-1", "192.0.2.7");

        assertThat(request.deviceName()).isEqualTo("Pump");
        assertThat(request.peerKey()).isEqualTo(LifeRig.request(device).peerKey());
        LifeRig.leaf(rig.bridge.enroll(request));
        assertThat(rig.store.targetToken(ID)).isEmpty();
    }

    @Test
    void everyLifeShouldHaveATokenOfItsOwn() {
        rig.connected(device);
        String before = stored();
        rig.clock.tick(Duration.ofMinutes(1));
        rig.bridge.operations().decommission(ID, "alice", "");
        rig.settle();
        rig.bridge.operations().readmit(ID, "alice", "");

        rig.connected(rig.identity("dev-1"));

        assertThat(stored()).isNotEqualTo(before);
        assertThat(rig.target("dev-1").orElseThrow().token().map(Secret::reveal))
                .contains(stored());
    }
}
