package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.DevicePlatform.Reason;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.DevicePlatform.Registration;
import io.provisioningbridge.core.port.DevicePlatform.Removal;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.contract.DevicePlatformContract;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody gives a device another profile, with all that it has. */
class MovedDeviceTest {

    private static final DeviceId DEVICE = new DeviceId("dev-1");

    private static void move(SimulatedPlatform platform) {
        String other = platform.post(
                        "/api/deviceProfile",
                        Json.object()
                                .put("name", "other")
                                .put("type", "DEFAULT")
                                .put("provisionType", "DISABLED"))
                .path("id")
                .path("id")
                .asText();
        ObjectNode device = (ObjectNode) platform.get("/api/tenant/devices?deviceName=" + DEVICE);
        device.remove("type");
        device.set("deviceProfileId", EntityId.of("DEVICE_PROFILE", other));
        platform.post("/api/device", device);
    }

    private static Registered look(ThingsBoardDevicePlatform adapter) {
        return adapter.look(DEVICE).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(ThingsBoardMode.class)
    void deviceInAnotherProfileShouldBeToldAndMovedBack(ThingsBoardMode mode) {
        try (SimulatedPlatform platform = new SimulatedPlatform(mode, false)) {
            ThingsBoardDevicePlatform adapter = platform.adapter();
            X509Certificate leaf = platform.issue(DEVICE.text());
            Registration registration = new Registration(DEVICE, leaf, DevicePlatformContract.ATTRIBUTES);
            adapter.put(registration);
            Registered before = look(adapter);
            assertThat(before.inProfile()).isTrue();

            move(platform);

            assertThat(look(adapter).inProfile()).isFalse();
            assertThat(look(platform.adapter()).inProfile())
                    .as("by one that has not looked for the profile yet")
                    .isFalse();
            adapter.put(registration);
            assertThat(look(adapter)).isEqualTo(before);
            assertThat(platform.simulator.connect(List.of(leaf, platform.hierarchy.issuing())))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(ThingsBoardMode.class)
    void deviceInAnotherProfileShouldBeRemovedAsAnyOther(ThingsBoardMode mode) {
        try (SimulatedPlatform platform = new SimulatedPlatform(mode, false)) {
            ThingsBoardDevicePlatform adapter = platform.adapter();
            adapter.put(new Registration(DEVICE, platform.issue(DEVICE.text()), DevicePlatformContract.ATTRIBUTES));
            move(platform);

            assertThat(adapter.remove(DEVICE, Reason.LEAVES)).isEqualTo(Removal.ABSENT);
            assertThat(adapter.look(DEVICE)).isEmpty();
        }
    }
}
