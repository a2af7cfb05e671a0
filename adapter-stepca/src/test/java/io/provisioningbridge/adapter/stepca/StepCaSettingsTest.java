package io.provisioningbridge.adapter.stepca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepCaSettingsTest {

    private static final CertificateFingerprint FINGERPRINT = new CertificateFingerprint("a".repeat(64));
    private static final ProvisionerLogin LOGIN = new ProvisionerLogin("bridge", new Secret("hidden"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ca.example.com",
                "https:///path",
                "https://user@ca.example.com",
                "https://ca.example.com/?a=b",
                "https://ca.example.com/#f",
                "ca.example.com",
                "mailto:ca@example.com"
            })
    void urlShouldBePlainHttps(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> StepCaSettings.of(URI.create(url), FINGERPRINT, LOGIN));
    }

    @Test
    void durationsShouldMakeSense() {
        StepCaSettings settings = StepCaSettings.of(URI.create("https://ca.example.com"), FINGERPRINT, LOGIN);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.withTimeouts(Duration.ZERO, Duration.ofSeconds(5)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.withCertificateLifetime(Duration.ofMillis(1500)));
        assertThatIllegalArgumentException().isThrownBy(() -> settings.withCertificateLifetime(Duration.ofSeconds(-1)));
    }

    @Test
    void textShouldNotShowThePassword() {
        assertThat(StepCaSettings.of(URI.create("https://ca.example.com"), FINGERPRINT, LOGIN)
                        .toString())
                .doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource({
        "https://ca.example.com,           https://ca.example.com/1.0/sign,      https://ca.example.com/1.0/sign",
        "https://CA.example.com:9443/,     https://CA.example.com:9443/1.0/sign, https://ca.example.com:9443/1.0/sign",
        "https://ca.example.com/step/,     https://ca.example.com/step/1.0/sign, https://ca.example.com/1.0/sign",
        "https://[::1]:9443/step,          https://[::1]:9443/step/1.0/sign,     https://[::1]:9443/1.0/sign",
    })
    void audienceShouldBeWhatStepCaKnowsItselfAs(URI base, URI address, String audience) {
        assertThat(Urls.below(base, "/1.0/sign")).isEqualTo(address);
        assertThat(Urls.audience(base, "/1.0/sign")).isEqualTo(audience);
    }
}
