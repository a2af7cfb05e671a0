package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/** A device. Only its {@link Tenant} touches it, under its lock. */
final class Device {

    final String id;
    final String name;
    final Map<String, JsonNode> attributes = new TreeMap<>();
    final Map<String, Long> written = new TreeMap<>();
    String label = "";
    Profile profile;
    Credential credential;
    int version = 1;

    Device(String id, String name, Profile profile, Credential credential) {
        this.id = id;
        this.name = name;
        this.profile = profile;
        this.credential = credential;
    }

    ObjectNode json() {
        ObjectNode json = Json.object();
        json.set("id", Json.id("DEVICE", id));
        json.put("name", name).put("type", profile.name()).put("label", label);
        json.set("deviceProfileId", Json.id("DEVICE_PROFILE", profile.id()));
        return json.put("version", version);
    }
}
