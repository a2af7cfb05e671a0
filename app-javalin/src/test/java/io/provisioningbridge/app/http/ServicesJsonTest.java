package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.provisioningbridge.app.config.HostPort;
import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.app.config.ServicesConfig.Hawkbit;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServicesJsonTest {

    private static final DeviceId DEVICE = new DeviceId("Dev-001");
    private static final Optional<Secret> TOKEN = Optional.of(new Secret("its token"));
    private static final Optional<HostPort> MQTT = Optional.of(new HostPort("2001:db8::1", 8883));
    private static final Optional<Hawkbit> HAWKBIT =
            Optional.of(new Hawkbit(Optional.of(URI.create("https://updates.example.com/hawkbit")), "DEFAULT"));

    private static String told(Optional<HostPort> mqtt, Optional<Hawkbit> hawkbit, Optional<Secret> token) {
        return ServicesJson.of(new ServicesConfig(mqtt, hawkbit), DEVICE, token).toString();
    }

    @Test
    void everythingThatIsConfiguredShouldBeTold() {
        assertThat(told(MQTT, HAWKBIT, TOKEN)).isEqualTo("""
                {"mqtt":{"host":"2001:db8::1","port":8883},\
                "hawkbit":{"url":"https://updates.example.com/hawkbit","tenant":"DEFAULT",\
                "controller_id":"Dev-001","target_token":"its token"}}""");
    }

    @Test
    void whatIsNotConfiguredShouldBeAbsent() {
        assertThat(told(Optional.empty(), Optional.empty(), Optional.empty())).isEqualTo("{}");
        assertThat(told(MQTT, Optional.empty(), Optional.empty()))
                .isEqualTo("{\"mqtt\":{\"host\":\"2001:db8::1\",\"port\":8883}}");
        assertThat(told(Optional.empty(), HAWKBIT, Optional.empty())).doesNotContain("mqtt", "target_token");
        assertThat(told(Optional.empty(), Optional.of(new Hawkbit(Optional.empty(), "T")), TOKEN))
                .isEqualTo(
                        "{\"hawkbit\":{\"tenant\":\"T\",\"controller_id\":\"Dev-001\",\"target_token\":\"its token\"}}");
    }

    @Test
    void aTokenShouldNotBeToldWithoutTheServerItIsFor() {
        assertThat(told(MQTT, Optional.empty(), TOKEN)).doesNotContain("its token");
    }
}
