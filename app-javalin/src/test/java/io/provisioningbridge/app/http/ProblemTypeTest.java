package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.enrollment.DeferralReason;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.RefusalReason;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTypeTest {

    private static final KeyHash KEY = new KeyHash("ab".repeat(32));

    @Test
    void codesShouldBeUnique() {
        assertThat(Arrays.stream(ProblemType.values()).map(ProblemType::code)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_DEVICE_ID, 422",
        "RESERVED_DEVICE_ID, 422",
        "CSR_TOO_LARGE, 413",
        "CSR_UNREADABLE, 422",
        "CSR_KEY_NOT_ALLOWED, 422",
        "CSR_SIGNATURE_ALGORITHM_NOT_ALLOWED, 422",
        "CSR_POSSESSION_NOT_PROVEN, 422",
        "CSR_SUBJECT_MISMATCH, 422",
        "CSR_ALTERNATIVE_NAME_MISMATCH, 422",
        "INVALID_PEER_KEY, 422",
        "DEVICE_SUSPENDED, 403",
        "DEVICE_DECOMMISSIONED, 410",
        "OTHER_SPELLING, 409",
        "OTHER_KEY, 409",
        "OTHER_PEER_KEY, 409",
        "PEER_KEY_LOST, 409",
        "CERTIFICATE_REVOKED, 409",
        "CERTIFICATE_KEY_IN_USE, 409",
        "PEER_KEY_IN_USE, 409",
        "REFUSED_BY_AUTHORITY, 422",
        "AUTHORITY_FAULT, 502"
    })
    void refusalShouldHaveTheStatusOfTheContract(RefusalReason reason, int status) {
        assertThat(ProblemType.of(reason).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @EnumSource
    void deferralShouldBe503AndSayWhenToComeBack(DeferralReason reason) {
        Problem problem = Problem.of(new EnrollmentResult.Deferred(reason, "later", Duration.ofMillis(1)));

        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.retryAfterSeconds()).hasValue("1");
    }

    @ParameterizedTest
    @EnumSource
    void keyShouldBeShownOnlyWhereAnOperatorCouldAllowIt(RefusalReason reason) throws Exception {
        Problem problem = Problem.of(new EnrollmentResult.Refused(reason, "no", Optional.of(KEY)));

        String shown = TestServer.json(new String(problem.json("/x"), java.nio.charset.StandardCharsets.UTF_8))
                .path("key_sha256")
                .asText();
        assertThat(shown).isEqualTo(problem.status() == 409 ? KEY.hex() : "");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1000, 1", "1001, 2", "60000, 60"})
    void retryAfterShouldBeWholeSecondsRoundedUp(long millis, String seconds) {
        Problem problem = Problem.of(ProblemType.BUSY, "later").retryAfter(Duration.ofMillis(millis));

        assertThat(problem.retryAfterSeconds()).hasValue(seconds);
    }
}
