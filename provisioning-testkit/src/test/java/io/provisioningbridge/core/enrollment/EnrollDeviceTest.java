package io.provisioningbridge.core.enrollment;

import static io.provisioningbridge.core.enrollment.EnrollmentRig.enrolled;
import static io.provisioningbridge.core.enrollment.EnrollmentRig.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceCertificate;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.DeviceState;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.TunnelPeer.Origin;
import io.provisioningbridge.core.enrollment.EnrollmentResult.Enrolled;
import io.provisioningbridge.core.enrollment.EnrollmentResult.Refused;
import io.provisioningbridge.core.port.TunnelConfigWriter;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a single device gets, and what it does not. */
class EnrollDeviceTest {

    private final EnrollmentRig rig = new EnrollmentRig();
    private final Seeded seeded = new Seeded(20260301);

    @Test
    void enrollShouldAnswerWithCertificateChainAndTunnel() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");

        Enrolled answer = enrolled(rig.enroll("dev-1", csr));

        List<X509Certificate> leaf =
                Pem.parseCertificates(answer.certificatePem()).orThrow();
        assertThat(leaf).hasSize(1);
        assertThat(leaf.get(0).getPublicKey().getEncoded()).isEqualTo(csr.key().publicKeyInfo());
        assertThat(Pem.parseCertificates(answer.chainPem()).orThrow()).isEqualTo(rig.authority.authorities());
        assertThat(answer.address()).hasToString("10.8.0.2");
        assertThat(answer.tunnelConfiguration()).contains("10.8.0.2/32");
        assertThat(answer.notAfter()).isEqualTo(leaf.get(0).getNotAfter().toInstant());
        assertThat(answer.renewAfter()).isAfter(EnrollmentRig.START).isBefore(answer.notAfter());
    }

    @Test
    void enrollShouldRecordDeviceCertificateAndIntent() {
        CsrBuilder csr = CsrBuilder.forDevice("Dev-1");

        rig.bridge.enroll(EnrollmentRequest.of("Dev-1", csr.pem())
                .withLabels("pump\n7", "x".repeat(500))
                .from("req-1", "192.0.2.7"));

        Device device = rig.store.find(new DeviceId("dev-1")).orElseThrow();
        assertThat(device.id().text()).isEqualTo("Dev-1");
        assertThat(device.state()).isEqualTo(DeviceState.ENROLLED);
        assertThat(device.peer().origin()).isEqualTo(Origin.BRIDGE);
        assertThat(device.labels().name()).isEqualTo("pump 7");
        assertThat(device.labels().type()).hasSize(Device.Labels.MAX_LENGTH);
        assertThat(rig.certificates("Dev-1"))
                .singleElement()
                .satisfies(certificate -> assertThat(certificate.key())
                        .isEqualTo(KeyHash.of(csr.key().publicKeyInfo())));
        assertThat(rig.store.events(device.id()))
                .extracting(event -> event.cause())
                .containsOnly("req-1");
    }

    static Stream<Arguments> faultyRequests() {
        CsrBuilder good = CsrBuilder.forDevice("dev-1");
        return Stream.of(
                Arguments.of("x".repeat(16 * 1024 + 1), RefusalReason.CSR_TOO_LARGE),
                Arguments.of("garbage", RefusalReason.CSR_UNREADABLE),
                Arguments.of("", RefusalReason.CSR_UNREADABLE),
                Arguments.of(good.pem() + good.pem(), RefusalReason.CSR_UNREADABLE),
                Arguments.of(good.pem().replace("CERTIFICATE REQUEST", "CERTIFICATE"), RefusalReason.CSR_UNREADABLE),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1").key(DeviceKey.rsa(1024)).pem(),
                        RefusalReason.CSR_KEY_NOT_ALLOWED),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1").key(DeviceKey.p224()).pem(), RefusalReason.CSR_KEY_NOT_ALLOWED),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1").key(DeviceKey.p521()).pem(), RefusalReason.CSR_KEY_NOT_ALLOWED),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1")
                                .key(DeviceKey.rsa(2048))
                                .signatureAlgorithm("SHA1withRSA")
                                .pem(),
                        RefusalReason.CSR_SIGNATURE_ALGORITHM_NOT_ALLOWED),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1").brokenSignature().pem(), RefusalReason.CSR_POSSESSION_NOT_PROVEN),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1").signedBy(DeviceKey.p256()).pem(),
                        RefusalReason.CSR_POSSESSION_NOT_PROVEN),
                Arguments.of(CsrBuilder.forDevice("dev-2").pem(), RefusalReason.CSR_SUBJECT_MISMATCH),
                Arguments.of(CsrBuilder.forDevice("DEV-1").pem(), RefusalReason.CSR_SUBJECT_MISMATCH),
                Arguments.of(CsrBuilder.forDevice("").pem(), RefusalReason.CSR_SUBJECT_MISMATCH),
                Arguments.of(CsrBuilder.withoutSubject().pem(), RefusalReason.CSR_SUBJECT_MISMATCH),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1").commonName("dev-2").pem(), RefusalReason.CSR_SUBJECT_MISMATCH),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1")
                                .dnsNames("dev-1", "vpn.example.com")
                                .pem(),
                        RefusalReason.CSR_ALTERNATIVE_NAME_MISMATCH),
                Arguments.of(
                        CsrBuilder.forDevice("dev-1")
                                .alternativeName(1, "dev-1")
                                .pem(),
                        RefusalReason.CSR_ALTERNATIVE_NAME_MISMATCH));
    }

    @ParameterizedTest
    @MethodSource("faultyRequests")
    void enrollShouldRefuseFaultyRequestAndNeverAskTheAuthority(String pem, RefusalReason expected) {
        assertThat(refusal(rig.bridge.enroll(EnrollmentRequest.of("dev-1", pem))))
                .isEqualTo(expected);
        assertNothingHappenedTo("dev-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".a", "a..b", "a.", "a b", "a/b", "10.8.0.1", "gerät", "a\nb", "../../etc"})
    void enrollShouldRefuseIdThatIsNone(String id) {
        assertThat(refusal(rig.enroll(id, CsrBuilder.forDevice("dev-1")))).isEqualTo(RefusalReason.INVALID_DEVICE_ID);
        assertThat(rig.signs()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost", "vpn.example.com", "VPN.example.com", "Bridge-Setup-pump"})
    void enrollShouldRefuseReservedName(String id) {
        assertThat(refusal(rig.enroll(id, CsrBuilder.forDevice(id)))).isEqualTo(RefusalReason.RESERVED_DEVICE_ID);
        assertNothingHappenedTo(id);
    }

    @Test
    void enrollShouldAcceptOrganizationAndItsOwnNameAsAlternative() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1")
                .organization("Evil Corp")
                .organizationalUnit("devices")
                .dnsNames("dev-1");

        enrolled(rig.enroll("dev-1", csr));
    }

    @Test
    void enrollShouldRefuseAnyPeerKeyThatIsNone() {
        String key = seeded.peerKey().base64();
        for (String bad : List.of(
                "",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                key.substring(1),
                key + "\nAllowedIPs = 0.0.0.0/0",
                key.substring(0, 42) + "\n=",
                rig.tunnel.serverKey().base64())) {
            assertThat(refusal(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1"), bad)))
                    .isEqualTo(RefusalReason.INVALID_PEER_KEY);
        }
        assertNothingHappenedTo("dev-1");
    }

    @Test
    void enrollShouldLeaveThePrivateKeyToTheDeviceThatSentAPublicOne() {
        String key = seeded.peerKey().base64();

        Enrolled answer = enrolled(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1"), key));

        assertThat(answer.tunnelConfiguration()).contains(TunnelConfigWriter.PRIVATE_KEY_PLACEHOLDER);
        assertThat(rig.store
                        .find(new DeviceId("dev-1"))
                        .orElseThrow()
                        .peer()
                        .key()
                        .base64())
                .isEqualTo(key);
    }

    @Test
    void enrollShouldRefusePeerKeyOfAnotherDevice() {
        String key = seeded.peerKey().base64();
        enrolled(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1"), key));

        assertThat(refusal(rig.enroll("dev-2", CsrBuilder.forDevice("dev-2"), key)))
                .isEqualTo(RefusalReason.PEER_KEY_IN_USE);
        assertNothingHappenedTo("dev-2");
    }

    @Test
    void enrollShouldRefuseCertificateKeyOfAnotherDevice() {
        DeviceKey key = DeviceKey.p256();
        enrolled(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1").key(key)));

        assertThat(refusal(rig.enroll("dev-2", CsrBuilder.forDevice("dev-2").key(key))))
                .isEqualTo(RefusalReason.CERTIFICATE_KEY_IN_USE);
        assertNothingHappenedTo("dev-2");
    }

    @Test
    void repeatShouldBeAnsweredFromTheStoreAlsoWhileTheAuthorityIsDown() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        String key = seeded.peerKey().base64();
        Enrolled first = enrolled(rig.enroll("dev-1", csr, key));
        rig.faults.breakDown("sign");
        rig.clock.tick(Duration.ofHours(2));

        assertThat(rig.enroll("dev-1", csr, key)).isEqualTo(first);
        assertThat(rig.enroll("dev-1", csr)).as("an absent key means unchanged").isEqualTo(first);
        assertThat(rig.signs()).isEqualTo(1);
    }

    @Test
    void repeatShouldBeAnsweredForANewRequestWithTheSameKey() {
        DeviceKey key = DeviceKey.p256();
        Enrolled first =
                enrolled(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1").key(key)));

        Enrolled second = enrolled(
                rig.enroll("dev-1", CsrBuilder.forDevice("dev-1").key(key).organization("other")));

        assertThat(second.certificatePem()).isEqualTo(first.certificatePem());
        assertThat(rig.signs()).isEqualTo(1);
    }

    @Test
    void repeatWithinTenMinutesShouldMakeTheBridgesPairAnewOnTheSameAddress() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        Enrolled first = enrolled(rig.enroll("dev-1", csr));
        var firstPeer = rig.store.find(new DeviceId("dev-1")).orElseThrow().peer();
        rig.clock.tick(Duration.ofMinutes(10).minusMillis(1));

        Enrolled second = enrolled(rig.enroll("dev-1", csr));

        assertThat(second.certificatePem()).isEqualTo(first.certificatePem());
        assertThat(second.address()).isEqualTo(first.address());
        assertThat(second.tunnelConfiguration()).isNotEqualTo(first.tunnelConfiguration());
        var secondPeer = rig.store.find(new DeviceId("dev-1")).orElseThrow().peer();
        assertThat(secondPeer.key()).isNotEqualTo(firstPeer.key());
        assertThat(secondPeer.firstIssued()).isEqualTo(firstPeer.firstIssued());
    }

    @Test
    void repeatAfterTenMinutesShouldNotMakeAnotherPair() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        rig.enroll("dev-1", csr);
        rig.clock.tick(Duration.ofMinutes(9));
        rig.enroll("dev-1", csr);
        rig.clock.tick(Duration.ofMinutes(1));
        var peer = rig.store.find(new DeviceId("dev-1")).orElseThrow().peer();

        assertThat(refusal(rig.enroll("dev-1", csr))).isEqualTo(RefusalReason.PEER_KEY_LOST);
        assertThat(rig.store.find(new DeviceId("dev-1")).orElseThrow().peer()).isEqualTo(peer);
        enrolled(rig.enroll("dev-1", csr, peer.key().base64()));
    }

    @Test
    void otherKeyShouldBeRefusedWithTheHashAnOperatorNeeds() {
        enrolled(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1")));
        CsrBuilder other = CsrBuilder.forDevice("dev-1");

        EnrollmentResult result = rig.enroll("dev-1", other);

        assertThat(refusal(result)).isEqualTo(RefusalReason.OTHER_KEY);
        assertThat(((Refused) result).attemptedKey())
                .contains(KeyHash.of(other.key().publicKeyInfo()));
        assertThat(rig.signs()).isEqualTo(1);
    }

    @Test
    void otherPeerKeyShouldBeRefused() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        enrolled(rig.enroll("dev-1", csr, seeded.peerKey().base64()));

        assertThat(refusal(rig.enroll("dev-1", csr, seeded.peerKey().base64())))
                .isEqualTo(RefusalReason.OTHER_PEER_KEY);
    }

    @Test
    void otherSpellingShouldBeRefused() {
        DeviceKey key = DeviceKey.p256();
        enrolled(rig.enroll("Dev-1", CsrBuilder.forDevice("Dev-1").key(key)));

        assertThat(refusal(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1").key(key))))
                .isEqualTo(RefusalReason.OTHER_SPELLING);
    }

    @Test
    void sameKeyShouldGetANewCertificateOnceTheOldOneExpired() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        String key = seeded.peerKey().base64();
        Enrolled first = enrolled(rig.enroll("dev-1", csr, key));
        rig.clock.set(first.notAfter());

        Enrolled second = enrolled(rig.enroll("dev-1", csr, key));

        assertThat(second.certificatePem()).isNotEqualTo(first.certificatePem());
        assertThat(second.address()).isEqualTo(first.address());
        assertThat(second.notAfter()).isAfter(first.notAfter());
        assertThat(rig.certificates("dev-1")).hasSize(2);
        assertThat(rig.enroll("dev-1", csr, key)).isEqualTo(second);
    }

    @Test
    void keyOfARevokedCertificateShouldNotReturn() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        Enrolled first = enrolled(rig.enroll("dev-1", csr));
        DeviceCertificate certificate = rig.certificates("dev-1").get(0);
        rig.store.commit(EnrollmentChanges.revoked(certificate, rig.clock.instant()));

        assertThat(refusal(rig.enroll("dev-1", csr))).isEqualTo(RefusalReason.CERTIFICATE_REVOKED);
        rig.clock.set(first.notAfter().plusSeconds(1));
        assertThat(refusal(rig.enroll("dev-1", csr)))
                .as("nor after it expired")
                .isEqualTo(RefusalReason.CERTIFICATE_REVOKED);
    }

    @Test
    void addressesShouldBePublishedWhenTheyChanged() {
        enrolled(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1")));
        enrolled(rig.enroll("dev-2", CsrBuilder.forDevice("dev-2")));
        rig.faults.failBefore("publish", 1);

        assertThat(rig.bridge.publish()).isZero();
        rig.clock.tick(Duration.ofMinutes(1));
        assertThat(rig.bridge.publish()).isEqualTo(1);

        assertThat(rig.directory.addresses()).containsOnlyKeys("dev-1", "dev-2");
        assertThat(rig.bridge.publish()).as("nothing changed since").isZero();
    }

    private void assertNothingHappenedTo(String id) {
        assertThat(rig.store.find(new DeviceId(id))).isEmpty();
        assertThat(rig.certificates(id)).isEmpty();
        assertThat(rig.intents(id)).isEmpty();
    }
}
