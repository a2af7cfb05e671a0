package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.UpdateServer.Target;
import java.util.Optional;

/** What the update server is told of a device. */
public final class Targets {

    private Targets() {}

    /** Under the name the device gives itself, else under its id. */
    public static Target of(Device device, Optional<Secret> token) {
        String name = device.labels().name().strip();
        return new Target(
                device.id(),
                name.isEmpty() ? device.id().text() : name,
                device.labels().type().strip(),
                Optional.of(device.address()),
                token);
    }
}
