package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.postconnect.ConnectionResult;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the platform's webhook serves.
 *
 * @param secrets what calls prove themselves with
 * @param connected the use case, such as {@code bridge::connected}
 * @param devices the devices there are, such as {@code store::find}; as {@code connected}, may throw
 *     {@link io.provisioningbridge.core.port.BackendUnavailableException}
 * @param drift told of devices in service that were deleted at the platform, in the caller's thread: must not wait for any
 *     outside system
 * @param activity counts what comes in
 */
public record WebhookApi(
        WebhookSecrets secrets,
        BiFunction<DeviceId, String, ConnectionResult> connected,
        Function<DeviceId, Optional<Device>> devices,
        Consumer<DeviceId> drift,
        WebhookActivity activity) {}
