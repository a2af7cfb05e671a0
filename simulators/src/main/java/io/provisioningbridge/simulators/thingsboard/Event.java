package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What happened to a device, as a message that enters its rule chain.
 *
 * @param type such as {@code CONNECT_EVENT}
 * @param relation by which the message type switch sends it on
 * @param data the message's own data
 * @param body what the shipped rule chain's script makes of it
 */
record Event(String deviceId, String profileId, String type, String relation, ObjectNode data, ObjectNode body) {

    static Event connected(Device device, long at) {
        ObjectNode state = Json.object().put("active", true).put("lastConnectTime", at);
        ObjectNode body = body("CONNECT_EVENT", device).put("ts", at);
        return new Event(device.id, device.profile.id(), "CONNECT_EVENT", "Connect Event", state, body);
    }

    /** Without a time: the message has none. */
    static Event deleted(Device device) {
        ObjectNode body = body("ENTITY_DELETED", device);
        return new Event(device.id, device.profile.id(), "ENTITY_DELETED", "Entity Deleted", device.json(), body);
    }

    private static ObjectNode body(String event, Device device) {
        return Json.object()
                .put("event", event)
                .put("deviceId", device.id)
                .put("deviceName", device.name)
                .put("deviceType", device.profile.name());
    }
}
