package io.provisioningbridge.core.enrollment;

import static io.provisioningbridge.core.enrollment.EnrollmentRig.deferral;
import static io.provisioningbridge.core.enrollment.EnrollmentRig.enrolled;
import static io.provisioningbridge.core.enrollment.EnrollmentRig.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.FaultPlan;
import io.provisioningbridge.testkit.fixture.Hold;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two requests for one id: the second one arrives before and after every step of the first. */
@Timeout(60)
class EnrollmentRacesTest {

    private final EnrollmentRig rig = new EnrollmentRig();
    private final ExecutorService others = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        others.shutdownNow();
    }

    static Stream<Arguments> steps() {
        return Stream.of(
                step("before the reservation", faults -> faults.holdBefore("commit", 1)),
                step("after the reservation", faults -> faults.holdAfter("commit", 1)),
                step("before the signature", faults -> faults.holdBefore("sign", 1)),
                step("after the signature", faults -> faults.holdAfter("sign", 1)),
                step("before the completion", faults -> faults.holdBefore("commit", 2)),
                step("after the completion", faults -> faults.holdAfter("commit", 2)));
    }

    private static Arguments step(String name, Function<FaultPlan, Hold> hold) {
        return Arguments.argumentSet(name, hold);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void oneOfTwoKeysShouldWinAndTheOtherBeRefusedUnsigned(Function<FaultPlan, Hold> step) throws Exception {
        Hold hold = step.apply(rig.faults);
        Future<EnrollmentResult> first = others.submit(() -> rig.enroll("dev-1", CsrBuilder.forDevice("dev-1")));
        hold.awaitReached();

        EnrollmentResult second = rig.enroll("dev-1", CsrBuilder.forDevice("dev-1"));
        hold.release();

        List<EnrollmentResult> results = List.of(first.get(30, TimeUnit.SECONDS), second);
        assertThat(results)
                .filteredOn(EnrollmentResult.Enrolled.class::isInstance)
                .hasSize(1);
        assertThat(results)
                .filteredOn(EnrollmentResult.Refused.class::isInstance)
                .singleElement()
                .satisfies(loser -> assertThat(refusal(loser)).isEqualTo(RefusalReason.OTHER_KEY));
        assertThat(rig.signs()).isEqualTo(1);
        assertThat(rig.certificates("dev-1")).hasSize(1);
        assertThat(rig.store.peers().addresses()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void twoSpellingsShouldNeverBothEnroll(Function<FaultPlan, Hold> step) throws Exception {
        Hold hold = step.apply(rig.faults);
        Future<EnrollmentResult> first = others.submit(() -> rig.enroll("dev-1", CsrBuilder.forDevice("dev-1")));
        hold.awaitReached();

        EnrollmentResult second = rig.enroll("DEV-1", CsrBuilder.forDevice("DEV-1"));
        hold.release();

        List<EnrollmentResult> results = List.of(first.get(30, TimeUnit.SECONDS), second);
        assertThat(results)
                .filteredOn(EnrollmentResult.Enrolled.class::isInstance)
                .hasSize(1);
        assertThat(rig.signs()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void sameRequestTwiceShouldBeSignedOnceAndAnsweredAlike(Function<FaultPlan, Hold> step) throws Exception {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        String peer = new Seeded(5).peerKey().base64();
        Hold hold = step.apply(rig.faults);
        Future<EnrollmentResult> first = others.submit(() -> rig.enroll("dev-1", csr, peer));
        hold.awaitReached();

        Future<EnrollmentResult> second = others.submit(() -> rig.enroll("dev-1", csr, peer));
        hold.release();

        assertThat(enrolled(second.get(30, TimeUnit.SECONDS))).isEqualTo(enrolled(first.get(30, TimeUnit.SECONDS)));
        assertThat(rig.signs()).isEqualTo(1);
    }

    @Test
    void sameRequestShouldBeAnsweredWhenTheFirstEndsWhileItLooks() throws Exception {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        String peer = new Seeded(5).peerKey().base64();
        Hold completion = rig.faults.holdBefore("commit", 2);
        Future<EnrollmentResult> first = others.submit(() -> rig.enroll("dev-1", csr, peer));
        completion.awaitReached();
        Hold look = rig.faults.holdAfter("openIntent", 1);
        Future<EnrollmentResult> second = others.submit(() -> rig.enroll("dev-1", csr, peer));
        look.awaitReached();

        completion.release();
        EnrollmentResult answer = first.get(30, TimeUnit.SECONDS);
        look.release();

        assertThat(enrolled(second.get(30, TimeUnit.SECONDS))).isEqualTo(enrolled(answer));
    }

    @Test
    void sameRequestUnderWayInAnotherProcessShouldBeSentAwayForAMoment() {
        CsrBuilder csr = CsrBuilder.forDevice("dev-1");
        rig.store.commit(EnrollmentChanges.reservedElsewhere(
                "dev-1", KeyHash.of(csr.key().publicKeyInfo()), new Seeded(1).peerKey(), rig.clock.instant()));

        EnrollmentResult result = rig.enroll("dev-1", csr);

        assertThat(deferral(result)).isEqualTo(DeferralReason.IN_PROGRESS);
        assertThat(((EnrollmentResult.Deferred) result).retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(rig.signs()).isZero();
        rig.clock.tick(Duration.ofMinutes(1));
        enrolled(rig.enroll("dev-1", csr));
    }

    @Test
    void signatureAfterItsIntentExpiredShouldBeStoredAndRevoked() throws Exception {
        Hold hold = rig.faults.holdAfter("sign", 1);
        Future<EnrollmentResult> late = others.submit(() -> rig.enroll("dev-1", CsrBuilder.forDevice("dev-1")));
        hold.awaitReached();
        rig.clock.tick(rig.authority.deadline().plus(Issuance.INTENT_GRACE));

        EnrollmentResult.Enrolled other = enrolled(rig.enroll("dev-1", CsrBuilder.forDevice("dev-1")));
        hold.release();

        assertThat(deferral(late.get(30, TimeUnit.SECONDS))).isEqualTo(DeferralReason.AUTHORITY_UNAVAILABLE);
        assertThat(rig.certificates("dev-1")).hasSize(2);
        assertThat(rig.dueForRevocation("dev-1")).singleElement().satisfies(certificate -> {
            assertThat(certificate.standing()).isEqualTo(Standing.UNUSABLE);
            assertThat(certificate.revocation()).isEqualTo(Revocation.DUE);
            assertThat(certificate.pem()).isNotEqualTo(other.certificatePem());
        });
        assertThat(rig.store.find(new DeviceId("dev-1")).orElseThrow().address())
                .isEqualTo(other.address());
        rig.bridge.runDue();
        assertThat(rig.authority.revoked()).hasSize(1);
    }

    @Test
    void manyDevicesAtOnceShouldEachGetTheirOwnAddress() throws Exception {
        List<Future<EnrollmentResult>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String id = "dev-" + i % 100;
            CsrBuilder csr = CsrBuilder.forDevice(id);
            all.add(others.submit(() -> rig.enroll(id, csr)));
        }
        int won = 0;
        for (Future<EnrollmentResult> result : all) {
            won += result.get(30, TimeUnit.SECONDS) instanceof EnrollmentResult.Enrolled ? 1 : 0;
        }
        assertThat(won).isEqualTo(100);
        assertThat(rig.store.peers().addresses().values()).hasSize(100).doesNotHaveDuplicates();
        assertThat(rig.signs()).isEqualTo(100);
    }
}
