package io.provisioningbridge.core.convergence;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.UpdateServer.Target;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the update server is told of a device. */
public final class Targets {

    private static final Pattern MARKUP = Pattern.compile("[<>\\p{Cntrl}]+");

    private Targets() {}

    /** Under the name the device gives itself, else under its id. */
    public static Target of(Device device, Optional<Secret> token) {
        String name = harmless(device.labels().name());
        return new Target(
                device.id(),
                name.isEmpty() ? device.id().text() : name,
                harmless(device.labels().type()),
                Optional.of(device.address()),
                token);
    }

    /** What a device says about itself must not keep it from its updates: servers refuse markup. */
    private static String harmless(String label) {
        return MARKUP.matcher(label).replaceAll(" ").strip();
    }
}
