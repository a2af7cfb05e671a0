package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.UnaryOperator;

/** What happened to a device, in the shape the shipped rule chain makes of it. */
record Event(String deviceId, String profileId, ObjectNode body) {

    static Event connected(Device device, long at) {
        return of("CONNECT_EVENT", device, body -> body.put("ts", at));
    }

    /** Without a time: the message has none. */
    static Event deleted(Device device) {
        return of("ENTITY_DELETED", device, body -> body);
    }

    private static Event of(String event, Device device, UnaryOperator<ObjectNode> rest) {
        ObjectNode body = Json.object()
                .put("event", event)
                .put("deviceId", device.id)
                .put("deviceName", device.name)
                .put("deviceType", device.profile.name());
        return new Event(device.id, device.profile.id(), rest.apply(body));
    }
}
