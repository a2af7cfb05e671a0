package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Device;
import io.provisioningbridge.core.postconnect.ConnectionResult;
import java.util.Optional;

/**
 * The answer to a webhook call that must not be repeated.
 *
 * @param device as the platform calls it; empty when the call names none
 * @param address of its tunnel; empty when it is none of ours, or must not be there
 * @param reason for people
 */
record WebhookAnswer(Status status, Optional<String> device, Optional<String> address, String reason) {

    /** What became of the call. */
    enum Status {
        PROVISIONED,
        ALREADY_PROVISIONED,
        PENDING,
        IGNORED,
        REFUSED
    }

    static WebhookAnswer ignored(Optional<String> device, String reason) {
        return new WebhookAnswer(Status.IGNORED, device, Optional.empty(), reason);
    }

    /** @param named what the platform called the device */
    static WebhookAnswer of(String named, ConnectionResult result) {
        if (result instanceof ConnectionResult.Provisioned provisioned) {
            return inService(Status.PROVISIONED, provisioned.device(), "the device is connected for the first time");
        }
        if (result instanceof ConnectionResult.AlreadyProvisioned already) {
            return inService(Status.ALREADY_PROVISIONED, already.device(), "nothing was left to do");
        }
        if (result instanceof ConnectionResult.Pending pending) {
            return inService(Status.PENDING, pending.device(), "what is left to do is going to be done");
        }
        if (result instanceof ConnectionResult.Refused refused) {
            return new WebhookAnswer(Status.REFUSED, Optional.of(named), Optional.empty(), refused.reason());
        }
        return ignored(Optional.of(named), ((ConnectionResult.Ignored) result).reason());
    }

    private static WebhookAnswer inService(Status status, Device device, String reason) {
        return new WebhookAnswer(
                status,
                Optional.of(device.id().text()),
                Optional.of(device.address().toString()),
                reason);
    }

    /** All members always, null where there is nothing to tell. */
    ObjectNode json() {
        return Json.object()
                .put("status", DeviceJson.word(status))
                .put("device_id", device.orElse(null))
                .put("wireguard_ip", address.orElse(null))
                .put("reason", reason);
    }
}
