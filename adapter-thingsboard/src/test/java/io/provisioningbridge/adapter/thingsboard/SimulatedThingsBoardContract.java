package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.contract.DevicePlatformContract;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract on a simulated ThingsBoard. */
abstract class SimulatedThingsBoardContract implements DevicePlatformContract {

    private final SimulatedPlatform platform;
    private final ThingsBoardDevicePlatform adapter;

    SimulatedThingsBoardContract(ThingsBoardMode mode) {
        platform = new SimulatedPlatform(mode, false);
        adapter = platform.adapter();
    }

    @AfterEach
    void close() {
        platform.close();
    }

    @Override
    public DevicePlatform platform() {
        return adapter;
    }

    @Override
    public boolean connect(DeviceId device, X509Certificate certificate) {
        return platform.simulator.connect(List.of(certificate));
    }

    /** In the default profile, with an access token. */
    @Override
    public void addForeign(String name) {
        platform.post("/api/device?accessToken=token-of-" + name, Json.object().put("name", name));
    }

    @Override
    public void goAway() {
        platform.simulator.stopRest();
    }

    @Override
    public void comeBack() {
        platform.simulator.startRest();
    }
}
