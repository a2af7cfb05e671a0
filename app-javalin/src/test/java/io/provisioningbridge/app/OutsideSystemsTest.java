package io.provisioningbridge.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.provisioningbridge.adapter.thingsboard.ThingsBoardMode;
import io.provisioningbridge.app.config.HawkbitConfig;
import io.provisioningbridge.app.config.ThingsBoardConfig;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.UpdateServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutsideSystemsTest {

    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");
    private static final DeviceId DEVICE = new DeviceId("dev-1");

    private final Closing closing = new Closing();

    @AfterEach
    void close() {
        closing.close();
    }

    @Test
    void whatIsNotConfiguredShouldBeOff() {
        assertThat(OutsideSystems.updateServer(Optional.empty(), closing)).isEmpty();
        assertThat(OutsideSystems.platform(Optional.empty(), Optional.empty(), List.of(), closing))
                .isEmpty();
    }

    @Test
    void anUpdateServerWithoutCredentialsShouldBeWaitedFor() {
        Outside<UpdateServer> system = OutsideSystems.updateServer(
                        Optional.of(
                                new HawkbitConfig(NOWHERE, Optional.empty(), false, Duration.ofMinutes(5), List.of())),
                        closing)
                .orElseThrow();

        assertThat(system.problem().get().orElseThrow()).contains("HAWKBIT_USER and HAWKBIT_PASSWORD are not set");
        assertWaits(() -> system.port().put(List.of()));
        assertWaits(() -> system.port().remove(List.of(DEVICE)));
        assertWaits(() -> system.port().find(DEVICE));
        assertWaits(() -> system.port().list(0));
        assertThat(system.port().deadline()).isPositive();
    }

    @Test
    void aPlatformWithoutCredentialsShouldBeWaitedFor() {
        ThingsBoardConfig config = new ThingsBoardConfig(
                NOWHERE, Optional.empty(), ThingsBoardMode.MANAGED, "provisioning-bridge", List.of());
        Outside<DevicePlatform> system = OutsideSystems.platform(
                        Optional.of(config), Optional.empty(), List.of(), closing)
                .orElseThrow();

        assertThat(system.problem().get().orElseThrow()).contains("THINGSBOARD_API_KEY", "THINGSBOARD_USER");
        assertWaits(() -> system.port().look(DEVICE));
        assertWaits(() -> system.port().remove(DEVICE, Reason.LEAVES));
        assertWaits(() -> system.port().list("", 1));
        assertThat(system.port().deadline()).isPositive();
    }

    private static void assertWaits(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(BackendUnavailableException.class, waiting -> {
                    assertThat(waiting.effect()).isEqualTo(Effect.NONE);
                })
                .hasMessageContaining("waits");
    }
}
