package io.provisioningbridge.core.enrollment;

import static io.provisioningbridge.core.enrollment.EnrollmentRig.deferral;
import static io.provisioningbridge.core.enrollment.EnrollmentRig.enrolled;
import static io.provisioningbridge.core.enrollment.EnrollmentRig.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.DeviceCertificate.Revocation;
import io.provisioningbridge.core.domain.DeviceCertificate.Standing;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.IssuanceIntent.Status;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An authority that is down, slow, wrong or lying, a store that cannot write, a pool without addresses. */
class EnrollmentUnderFaultsTest {

    private final EnrollmentRig rig = new EnrollmentRig();
    private final CsrBuilder csr = CsrBuilder.forDevice("dev-1");

    @Test
    void authorityThatIsDownShouldDeferAndLeaveNothingBehind() {
        rig.faults.failBefore("sign", 1);

        assertThat(deferral(rig.enroll("dev-1", csr))).isEqualTo(DeferralReason.AUTHORITY_UNAVAILABLE);

        assertThat(rig.store.find(new DeviceId("dev-1"))).isEmpty();
        assertThat(rig.intents("dev-1")).extracting(intent -> intent.status()).containsExactly(Status.UNSIGNED);
        assertThat(enrolled(rig.enroll("dev-1", csr)).address()).hasToString("10.8.0.2");
    }

    @Test
    void answerThatIsLostShouldBeRememberedAsPossiblyIssued() {
        rig.faults.failAfter("sign", 1);

        assertThat(deferral(rig.enroll("dev-1", csr))).isEqualTo(DeferralReason.AUTHORITY_UNAVAILABLE);

        assertThat(rig.intents("dev-1")).extracting(intent -> intent.status()).containsExactly(Status.UNCERTAIN);
        enrolled(rig.enroll("dev-1", csr));
        assertThat(rig.intents("dev-1"))
                .extracting(intent -> intent.status())
                .containsExactly(Status.UNCERTAIN, Status.COMPLETED);
    }

    @Test
    void thousandsOfFailuresShouldLeaveThePoolAsItWas() {
        EnrollmentRig small = new EnrollmentRig("10.8.0.0/29");
        small.faults.breakDown("sign");
        for (int i = 0; i < 3000; i++) {
            String id = "dev-" + i % 50;
            deferral(small.enroll(id, CsrBuilder.forDevice(id).key(csr(i % 50).key())));
        }
        small.faults.heal("sign");

        for (int i = 0; i < 5; i++) {
            assertThat(enrolled(small.enroll("new-" + i, CsrBuilder.forDevice("new-" + i)))
                            .address())
                    .hasToString("10.8.0." + (i + 2));
        }
        assertThat(deferral(small.enroll("one-more", CsrBuilder.forDevice("one-more"))))
                .isEqualTo(DeferralReason.POOL_EXHAUSTED);
    }

    @Test
    void exhaustedPoolShouldBeFoundBeforeAnythingIsSigned() {
        EnrollmentRig tiny = new EnrollmentRig("10.8.0.0/30");
        enrolled(tiny.enroll("dev-1", csr));

        assertThat(deferral(tiny.enroll("dev-2", CsrBuilder.forDevice("dev-2"))))
                .isEqualTo(DeferralReason.POOL_EXHAUSTED);
        assertThat(tiny.signs()).isEqualTo(1);
    }

    @Test
    void refusalOfTheRequestShouldBeTheDevicesFault() {
        rig.faults.failBefore(
                "sign", 1, () -> new BackendRefusedException("name not allowed", Fault.REQUEST, Effect.NONE));

        assertThat(refusal(rig.enroll("dev-1", csr))).isEqualTo(RefusalReason.REFUSED_BY_AUTHORITY);
        assertThat(rig.intents("dev-1")).extracting(intent -> intent.status()).containsExactly(Status.UNSIGNED);
    }

    @Test
    void refusalForOurSetUpShouldBeTheOperatorsFaultAndNotShown() {
        rig.faults.failBefore(
                "sign", 1, () -> new BackendRefusedException("secret-internals", Fault.BACKEND, Effect.POSSIBLE));

        EnrollmentResult result = rig.enroll("dev-1", csr);

        assertThat(refusal(result)).isEqualTo(RefusalReason.AUTHORITY_FAULT);
        assertThat(result.toString()).doesNotContain("secret-internals");
        assertThat(rig.intents("dev-1")).extracting(intent -> intent.status()).containsExactly(Status.UNCERTAIN);
    }

    @Test
    void wrongCertificateShouldBeStoredAndRevokedAndNotHandedOut() {
        rig.faults.answerNonsense("sign", 1);

        assertThat(refusal(rig.enroll("dev-1", csr))).isEqualTo(RefusalReason.AUTHORITY_FAULT);

        assertThat(rig.store.find(new DeviceId("dev-1"))).isEmpty();
        assertThat(rig.certificates("dev-1")).singleElement().satisfies(certificate -> {
            assertThat(certificate.standing()).isEqualTo(Standing.UNUSABLE);
            assertThat(certificate.revocation()).isEqualTo(Revocation.DUE);
        });
        rig.faults.failBefore("revoke", 1);
        rig.bridge.runDue();
        assertThat(rig.dueForRevocation("dev-1")).hasSize(1);
        rig.clock.tick(Duration.ofMinutes(1));
        rig.bridge.runDue();
        assertThat(rig.dueForRevocation("dev-1")).isEmpty();
        assertThat(rig.authority.revoked())
                .containsExactly(rig.certificates("dev-1").get(0).serial());
        assertThat(enrolled(rig.enroll("dev-1", csr)).address()).hasToString("10.8.0.2");
    }

    @Test
    void storeThatCannotWriteShouldDefer() {
        rig.faults.failBefore("commit", 1);

        assertThat(deferral(rig.enroll("dev-1", csr))).isEqualTo(DeferralReason.STORE_UNAVAILABLE);
        assertThat(rig.signs()).isZero();
        enrolled(rig.enroll("dev-1", csr));
    }

    @Test
    void certificateThatCouldNotBeStoredShouldBlockNobodyForLong() {
        rig.faults.failBefore("commit", 2);
        assertThat(deferral(rig.enroll("dev-1", csr))).isEqualTo(DeferralReason.STORE_UNAVAILABLE);

        assertThat(deferral(rig.enroll("dev-1", csr))).isEqualTo(DeferralReason.IN_PROGRESS);
        rig.clock.tick(rig.authority.deadline().plus(Issuance.INTENT_GRACE));

        assertThat(enrolled(rig.enroll("dev-1", csr)).address()).hasToString("10.8.0.2");
        assertThat(rig.intents("dev-1"))
                .extracting(intent -> intent.status())
                .containsExactly(Status.UNCERTAIN, Status.COMPLETED);
    }

    @Test
    void lostOutcomeOfTheLastCommitShouldEndWithTheSameAnswer() {
        rig.faults.failAfter("commit", 2);
        assertThat(deferral(rig.enroll("dev-1", csr))).isEqualTo(DeferralReason.STORE_UNAVAILABLE);

        enrolled(rig.enroll("dev-1", csr));
        assertThat(rig.signs()).isEqualTo(1);
    }

    @Test
    void intentThatCannotBeClosedShouldNotHideTheAnswer() {
        rig.faults.failBefore("sign", 1);
        rig.faults.failBefore("commit", 2);

        assertThat(deferral(rig.enroll("dev-1", csr))).isEqualTo(DeferralReason.AUTHORITY_UNAVAILABLE);
    }

    @Test
    void interruptedEnrollmentShouldCloseItsIntentAndKeepTheFlag() throws Exception {
        var hold = rig.faults.holdBefore("sign", 1);
        var flag = new java.util.concurrent.atomic.AtomicBoolean();
        Thread caller = new Thread(() -> {
            rig.enroll("dev-1", csr);
            flag.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        hold.awaitReached();
        caller.interrupt();
        caller.join(10_000);

        assertThat(flag).isTrue();
        assertThat(rig.intents("dev-1")).extracting(intent -> intent.status()).containsExactly(Status.UNSIGNED);
    }

    @Test
    void bugInAnAdapterShouldNotLeaveTheIntentOpen() {
        rig.faults.failBefore("sign", 1, () -> new IllegalStateException("a bug"));

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> rig.enroll("dev-1", csr))
                .isInstanceOf(IllegalStateException.class);
        assertThat(rig.intents("dev-1")).extracting(intent -> intent.status()).containsExactly(Status.UNCERTAIN);
        enrolled(rig.enroll("dev-1", csr));
    }

    @Test
    void deviceShouldNotBeKeptLongerThanFiveMinutesByAnAuthorityThatAsksForMore() {
        rig.faults.failBefore(
                "sign", 1, () -> new BackendUnavailableException("Monday", Effect.NONE, Duration.ofDays(3)));

        assertThat(((EnrollmentResult.Deferred) rig.enroll("dev-1", csr)).retryAfter())
                .isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void retryAfterOfTheAuthorityShouldReachTheDevice() {
        rig.faults.failBefore(
                "sign",
                1,
                () -> new BackendUnavailableException(
                        "slow down", Effect.NONE, Duration.ofSeconds(77), new Exception()));

        assertThat(((EnrollmentResult.Deferred) rig.enroll("dev-1", csr)).retryAfter())
                .isEqualTo(Duration.ofSeconds(77));
    }

    private static final java.util.List<CsrBuilder> FIFTY = java.util.stream.IntStream.range(0, 50)
            .mapToObj(i -> CsrBuilder.forDevice("dev-" + i))
            .toList();

    private static CsrBuilder csr(int i) {
        return FIFTY.get(i);
    }
}
