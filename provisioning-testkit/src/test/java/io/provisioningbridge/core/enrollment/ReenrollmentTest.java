package io.provisioningbridge.core.enrollment;

import static io.provisioningbridge.core.enrollment.EnrollmentRig.enrolled;
import static io.provisioningbridge.core.enrollment.EnrollmentRig.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.enrollment.EnrollmentResult.Enrolled;
import io.provisioningbridge.core.operation.AllowReenrollment;
import io.provisioningbridge.core.port.SignedRequestReader.Content;
import io.provisioningbridge.core.port.SignedRequestReader.Reading.Signed;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.fixture.SelfSigned;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A known device asks for other keys: with proof, without, and with what looks like one. */
class ReenrollmentTest {

    private static final String ID = "dev-1";

    private EnrollmentRig rig = new EnrollmentRig();
    private final Seeded seeded = new Seeded(4);
    private final String firstPeer = seeded.peerKey().base64();
    private final String newPeer = seeded.peerKey().base64();
    private final CsrBuilder firstKey = CsrBuilder.forDevice(ID);
    private final CsrBuilder newKey = CsrBuilder.forDevice(ID);
    private Enrolled first;

    @BeforeEach
    void enroll() {
        start(new EnrollmentRig());
    }

    private void start(EnrollmentRig other) {
        rig = other;
        first = enrolled(rig.enroll(ID, firstKey, firstPeer));
    }

    private static X509Certificate leaf(Enrolled answer) {
        return Pem.parseCertificates(answer.certificatePem()).orThrow().get(0);
    }

    private static EnrollmentRequest request(CsrBuilder csr, String peer) {
        return EnrollmentRequest.of(ID, csr.pem()).withPeerKey(peer);
    }

    /** As the edge hands it over: the whole request is what was signed. */
    private static EnrollmentRequest signed(EnrollmentRequest request, X509Certificate signer) {
        String content = request.deviceId() + request.csrPem() + request.peerKey();
        return request.signed(new Signed(new Content(content.getBytes(StandardCharsets.UTF_8)), signer));
    }

    private EnrollmentResult renew(Enrolled by) {
        return rig.bridge.enroll(signed(request(newKey, newPeer), leaf(by)));
    }

    private ConfirmationResult confirm(Enrolled certificate) {
        return rig.bridge.confirm(new Confirmation(
                ID,
                leaf(certificate).getSerialNumber().toString(16).toUpperCase(Locale.ROOT),
                new Signed(new Content(new byte[0]), leaf(certificate)),
                "test"));
    }

    private Device device() {
        return rig.store.find(new DeviceId(ID)).orElseThrow();
    }

    private DeviceCertificate stored(Enrolled answer) {
        return rig.certificates(ID).stream()
                .filter(certificate -> certificate.pem().equals(answer.certificatePem()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void signedRequestShouldChangeKeysOnTheSameAddress() {
        Enrolled second = enrolled(renew(first));

        assertThat(second.address()).isEqualTo(first.address());
        assertThat(device().peer().key().base64()).isEqualTo(newPeer);
        assertThat(stored(second).key()).isEqualTo(KeyHash.of(newKey.key().publicKeyInfo()));
        assertThat(rig.store.peers().addresses()).hasSize(1);
        assertThat(stored(first).revocation())
                .as("nothing supersedes by time or hope")
                .isEqualTo(Revocation.NONE);
    }

    @Test
    void expiredCertificateShouldStillProveTheDevice() {
        rig.clock.set(first.notAfter().plus(Duration.ofDays(40)));

        enrolled(renew(first));
    }

    @Test
    void deviceThatConfirmsShouldKeepItsTunnelUntilThen() {
        Enrolled second =
                enrolled(rig.bridge.enroll(signed(request(newKey, newPeer).confirming(), leaf(first))));
        assertThat(device().peer().key().base64()).isEqualTo(firstPeer);

        assertThat(confirm(second)).isInstanceOf(ConfirmationResult.Confirmed.class);

        assertThat(device().peer().key().base64()).isEqualTo(newPeer);
        assertThat(stored(second).standing()).isEqualTo(Standing.CURRENT);
        assertThat(stored(first).standing()).isEqualTo(Standing.SUPERSEDED);
        assertThat(stored(first).revocation()).isEqualTo(Revocation.DUE);
        rig.bridge.runDue();
        assertThat(rig.authority.revoked()).containsExactly(stored(first).serial());
        assertThat(confirm(second)).as("again").isInstanceOf(ConfirmationResult.Confirmed.class);
    }

    @Test
    void useOfTheNewCertificateShouldCountAsSeen() {
        Enrolled second = enrolled(renew(first));
        CsrBuilder third = CsrBuilder.forDevice(ID);

        enrolled(rig.bridge.enroll(signed(request(third, newPeer), leaf(second))));

        assertThat(stored(second).standing()).isEqualTo(Standing.CURRENT);
        assertThat(stored(first).standing()).isEqualTo(Standing.SUPERSEDED);
    }

    @Test
    void supersededKeyShouldNeverReturn() {
        Enrolled second = enrolled(renew(first));
        confirm(second);

        assertThat(refusal(rig.enroll(ID, firstKey, firstPeer))).isEqualTo(RefusalReason.CERTIFICATE_REVOKED);
        assertThat(refusal(rig.bridge.enroll(signed(request(CsrBuilder.forDevice(ID), firstPeer), leaf(first)))))
                .as("and proves nothing")
                .isEqualTo(RefusalReason.OTHER_KEY);
    }

    @Test
    void unconfirmedCertificateShouldStandBesideTheOldOne() {
        enrolled(renew(first));

        assertThat(rig.enroll(ID, firstKey, firstPeer)).isEqualTo(first);
        enrolled(rig.bridge.enroll(signed(request(CsrBuilder.forDevice(ID), newPeer), leaf(first))));
    }

    @Test
    void repeatedSignedRequestShouldGetTheSameAnswerAndSignNothing() {
        EnrollmentRequest same = signed(request(newKey, newPeer), leaf(first));
        Enrolled second = enrolled(rig.bridge.enroll(same));
        int signs = rig.signs();

        assertThat(rig.bridge.enroll(same)).isEqualTo(second);
        assertThat(renew(first)).as("another signature").isEqualTo(second);
        assertThat(rig.signs()).isEqualTo(signs);
    }

    @Test
    void repeatedSignedRequestShouldBeSignedOnceMoreWhenItsAnswerHasExpired() {
        EnrollmentRequest same = signed(request(newKey, newPeer), leaf(first));
        Enrolled expired = enrolled(rig.bridge.enroll(same));
        rig.clock.set(expired.notAfter());
        int signs = rig.signs();

        Enrolled again = enrolled(rig.bridge.enroll(same));

        assertThat(again.certificatePem()).isNotEqualTo(expired.certificatePem());
        assertThat(rig.bridge.enroll(same)).isEqualTo(again);
        assertThat(rig.bridge.enroll(same)).isEqualTo(again);
        assertThat(rig.signs()).isEqualTo(signs + 1);
        confirm(again);
        assertThat(rig.bridge.enroll(same)).as("after it was seen").isEqualTo(again);
        assertThat(rig.signs()).isEqualTo(signs + 1);
    }

    @Test
    void oldSignedRequestAfterANewerOneShouldChangeNothing() {
        EnrollmentRequest captured = signed(request(newKey, newPeer), leaf(first));
        Enrolled second = enrolled(rig.bridge.enroll(captured));
        String thirdPeer = seeded.peerKey().base64();
        enrolled(rig.bridge.enroll(signed(request(newKey, thirdPeer), leaf(first))));
        Device before = device();
        int signs = rig.signs();

        assertThat(rig.bridge.enroll(captured)).as("the stored answer").isEqualTo(second);

        assertThat(device()).isEqualTo(before);
        assertThat(rig.signs()).isEqualTo(signs);
    }

    @Test
    void anotherDevicesCertificateShouldProveNothing() {
        Enrolled other = enrolled(rig.enroll("dev-2", CsrBuilder.forDevice("dev-2")));

        assertThat(refusal(renew(other))).isEqualTo(RefusalReason.OTHER_KEY);
    }

    @Test
    void sameNameFromAnotherAuthorityShouldProveNothing() {
        X509Certificate foreign = SelfSigned.certificate(DeviceKey.p256(), ID);

        assertThat(refusal(rig.bridge.enroll(signed(request(newKey, newPeer), foreign))))
                .isEqualTo(RefusalReason.OTHER_KEY);
    }

    /** The provider's root signs for other tenants, too. */
    @Test
    void sameNameFromASiblingUnderTheSameRootShouldProveNothing() throws Exception {
        X509Certificate tenants = rig.authority.siblingsCertificate(DeviceKey.p256(), ID);
        tenants.verify(rig.authority.sibling().getPublicKey());
        rig.authority.sibling().verify(rig.authority.authorities().get(1).getPublicKey());

        assertThat(refusal(rig.bridge.enroll(signed(request(newKey, newPeer), tenants))))
                .isEqualTo(RefusalReason.OTHER_KEY);
        assertThat(device().peer().key().base64()).isEqualTo(firstPeer);
    }

    @Test
    void revokedCertificateShouldProveNothing() {
        rig.store.commit(EnrollmentChanges.revoked(stored(first), rig.clock.instant()));

        assertThat(refusal(renew(first))).isEqualTo(RefusalReason.OTHER_KEY);
    }

    @Test
    void capturedUnsignedRequestWithAnotherPeerShouldBeRefused() {
        assertThat(refusal(rig.enroll(ID, firstKey, newPeer))).isEqualTo(RefusalReason.OTHER_PEER_KEY);
        assertThat(device().peer().key().base64()).isEqualTo(firstPeer);
    }

    @Test
    void signatureOfAStrangerShouldCountForNothingWhereThereIsNothingToProve() {
        X509Certificate foreign = SelfSigned.certificate(DeviceKey.p256(), "whoever");
        EnrollmentRequest request =
                EnrollmentRequest.of("dev-new", CsrBuilder.forDevice("dev-new").pem());

        enrolled(rig.bridge.enroll(request.signed(new Signed(new Content(new byte[] {1}), foreign))));
    }

    @Test
    void allowanceShouldLetExactlyThatKeyInOnce() {
        assertThat(refusal(rig.enroll(ID, newKey, newPeer))).isEqualTo(RefusalReason.OTHER_KEY);
        KeyHash attempted = rig.store.attempts(new DeviceId(ID)).get(0).key();
        rig.bridge.operations().allowReenrollment(new DeviceId(ID), attempted, "operator");

        assertThat(refusal(rig.enroll(ID, CsrBuilder.forDevice(ID), newPeer))).isEqualTo(RefusalReason.OTHER_KEY);
        Enrolled second = enrolled(rig.enroll(ID, newKey, newPeer));

        assertThat(second.address()).isEqualTo(first.address());
        assertThat(rig.store.isAllowed(new DeviceId(ID), attempted, rig.clock.instant()))
                .isFalse();
    }

    @Test
    void allowanceShouldSurviveAFailingAuthorityAndExpireAfterAWeek() {
        KeyHash key = KeyHash.of(newKey.key().publicKeyInfo());
        rig.bridge.operations().allowReenrollment(new DeviceId(ID), key, "operator");
        rig.faults.failBefore("sign", 1);
        EnrollmentRig.deferral(rig.enroll(ID, newKey, newPeer));
        assertThat(rig.store.isAllowed(new DeviceId(ID), key, rig.clock.instant()))
                .isTrue();
        rig.clock.tick(Duration.ofDays(7));

        assertThat(refusal(rig.enroll(ID, newKey, newPeer))).isEqualTo(RefusalReason.OTHER_KEY);
    }

    @Test
    void lostPairOfTheBridgeShouldBeCuredByASignedRequest() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-2");
        Enrolled own = enrolled(rig.enroll("dev-2", csr));
        rig.clock.tick(Duration.ofMinutes(10));
        assertThat(refusal(rig.enroll("dev-2", csr))).isEqualTo(RefusalReason.PEER_KEY_LOST);
        EnrollmentRequest again =
                EnrollmentRequest.of("dev-2", csr.pem()).signed(new Signed(new Content(new byte[] {2}), leaf(own)));

        Enrolled cured = enrolled(rig.bridge.enroll(again));

        assertThat(cured.tunnelConfiguration()).isNotEqualTo(own.tunnelConfiguration());
        rig.clock.tick(Duration.ofMinutes(10));
        assertThat(refusal(rig.bridge.enroll(again)))
                .as("repeated, it makes no other pair")
                .isEqualTo(RefusalReason.PEER_KEY_LOST);
    }

    @Test
    void openShouldLetAnybodyInButNoSupersededKey() {
        start(new EnrollmentRig("10.8.0.0/24", Reenrollment.OPEN));
        Enrolled second = enrolled(rig.enroll(ID, newKey, newPeer));
        confirm(second);

        assertThat(refusal(rig.enroll(ID, firstKey, firstPeer))).isEqualTo(RefusalReason.CERTIFICATE_REVOKED);
    }

    @Test
    void neverShouldTakeSignedRenewalsOfUnexpiredCertificatesOnly() {
        start(new EnrollmentRig("10.8.0.0/24", Reenrollment.NEVER));
        assertThat(rig.bridge
                        .operations()
                        .allowReenrollment(
                                new DeviceId(ID), KeyHash.of(newKey.key().publicKeyInfo()), "operator"))
                .isEqualTo(new AllowReenrollment.Result.SwitchedOff());
        assertThat(refusal(rig.enroll(ID, newKey, newPeer))).isEqualTo(RefusalReason.OTHER_KEY);
        Enrolled second = enrolled(renew(first));
        confirm(second);
        rig.clock.set(second.notAfter());

        assertThat(refusal(rig.bridge.enroll(signed(request(CsrBuilder.forDevice(ID), newPeer), leaf(second)))))
                .isEqualTo(RefusalReason.OTHER_KEY);
        assertThat(refusal(rig.enroll(ID, newKey, newPeer))).isEqualTo(RefusalReason.REENROLLMENT_OFF);
    }

    @ParameterizedTest
    @EnumSource(Reenrollment.class)
    void otherSpellingShouldBeRefusedWhateverTheRule(Reenrollment rule) {
        start(new EnrollmentRig("10.8.0.0/24", rule));

        assertThat(refusal(rig.bridge.enroll(signed(
                        EnrollmentRequest.of(
                                "DEV-1", CsrBuilder.forDevice("DEV-1").pem()),
                        leaf(first)))))
                .isEqualTo(RefusalReason.OTHER_SPELLING);
    }

    @Test
    void confirmationByAnotherKeyOrOfAnotherSerialShouldBeRefused() {
        Enrolled second = enrolled(renew(first));
        String serial = leaf(second).getSerialNumber().toString(16);

        assertThat(rig.bridge.confirm(
                        new Confirmation(ID, serial, new Signed(new Content(new byte[0]), leaf(first)), "test")))
                .isInstanceOfSatisfying(
                        ConfirmationResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(ConfirmationResult.Reason.WRONG_SIGNER));
        assertThat(rig.bridge.confirm(
                        new Confirmation(ID, "abcdef", new Signed(new Content(new byte[0]), leaf(second)), "test")))
                .isInstanceOfSatisfying(
                        ConfirmationResult.Refused.class,
                        refused ->
                                assertThat(refused.reason()).isEqualTo(ConfirmationResult.Reason.UNKNOWN_CERTIFICATE));
        assertThat(stored(first).standing()).as("seen when it signed").isEqualTo(Standing.CURRENT);
    }
}
