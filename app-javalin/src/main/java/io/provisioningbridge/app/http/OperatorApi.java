package io.provisioningbridge.app.http;

import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.KeyHash;
import io.provisioningbridge.core.operation.AllowReenrollment;
import io.provisioningbridge.core.port.DeviceStore;

/**
 * What the operator listener serves.
 *
 * @param devices is only read
 * @param allowReenrollment the use case, such as {@code bridge::allowReenrollment}
 * @param tokens who may use it
 */
public record OperatorApi(DeviceStore devices, Allow allowReenrollment, OperatorTokens tokens) {

    /** See {@link AllowReenrollment#allow}. */
    @FunctionalInterface
    public interface Allow {
        AllowReenrollment.Result allow(DeviceId id, KeyHash key, String operator);
    }
}
