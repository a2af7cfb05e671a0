package io.provisioningbridge.adapter.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HawkbitSettingsTest {

    private static final Secret PASSWORD = new Secret("its password");

    @ParameterizedTest
    @ValueSource(strings = {"https://hawkbit.example", "http://localhost:8080/hawkbit", "HTTPS://10.1.2.3:8443/"})
    void urlOfAServerShouldBeTaken(String url) {
        assertThat(HawkbitSettings.of(URI.create(url), "bridge", PASSWORD).toString())
                .doesNotContain("its password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hawkbit",
                "ftp://hawkbit",
                "https:hawkbit",
                "https://user:secret@hawkbit",
                "https://hawkbit?x=y",
                "https://hawkbit#x"
            })
    void whatIsNoUrlOfAServerShouldBeRefused(String url) {
        assertThatThrownBy(() -> HawkbitSettings.of(URI.create(url), "bridge", PASSWORD))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b"})
    void userThatCannotLogInShouldBeRefused(String user) {
        assertThatThrownBy(() -> HawkbitSettings.of(URI.create("https://hawkbit"), user, PASSWORD))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ratesAndTimesThatMakeNoSenseShouldBeRefused() {
        HawkbitSettings settings = HawkbitSettings.of(URI.create("https://hawkbit"), "bridge", PASSWORD);
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> settings.withRates(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withRates(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withBatch(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withTimeouts(second, second, second.multipliedBy(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> settings.withTimeouts(Duration.ZERO, second, second.multipliedBy(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
