package io.provisioningbridge.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.app.config.ServicesConfig;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.domain.Secret;
import java.util.Optional;

/** What a device is told of the servers it is to talk to. */
final class ServicesJson {

    private ServicesJson() {}

    /** @return no members when there is nothing to tell */
    static ObjectNode of(ServicesConfig services, DeviceId device, Optional<Secret> targetToken) {
        ObjectNode json = Json.object();
        services.mqtt()
                .ifPresent(
                        mqtt -> json.putObject("mqtt").put("host", mqtt.host()).put("port", mqtt.port()));
        services.hawkbit().ifPresent(hawkbit -> {
            ObjectNode told = json.putObject("hawkbit");
            hawkbit.url().ifPresent(url -> told.put("url", url.toString()));
            told.put("tenant", hawkbit.tenant()).put("controller_id", device.text());
            targetToken.ifPresent(token -> told.put("target_token", token.reveal()));
        });
        return json;
    }
}
