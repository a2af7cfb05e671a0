package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The requests about one device. Where an answer is empty, someone else made, changed or removed the device meanwhile, and it
 * has to be looked for again. Safe for concurrent use.
 */
final class Devices {

    private static final int CONFLICT = 409;

    private final RestApi api;

    Devices(RestApi api) {
        this.api = api;
    }

    /** A device's JSON. */
    record Device(String id, String profileId, ObjectNode json) {

        static Device of(String operation, JsonNode json) {
            if (!(json instanceof ObjectNode object)) {
                throw Refusals.nonsense(operation, "it is no device");
            }
            return new Device(
                    EntityId.in(operation, json),
                    json.path("deviceProfileId").path("id").asText(""),
                    object);
        }

        String name() {
            return json.path("name").asText("");
        }
    }

    /** A device's credentials' JSON, with its version. */
    record Credentials(ObjectNode json) {

        String type() {
            return json.path("credentialsType").asText("");
        }

        String id() {
            return json.path("credentialsId").asText("");
        }

        String value() {
            return json.path("credentialsValue").asText("");
        }
    }

    Optional<Device> find(String name, Deadline deadline) {
        String operation = "finding device " + name;
        Reply reply = api.get("/api/tenant/devices?deviceName=" + encoded(name), deadline);
        if (Refusals.saysNotFound(reply)) {
            return Optional.empty();
        }
        Device device = Device.of(operation, RestApi.json(operation, reply));
        if (!device.name().equals(name)) {
            throw Refusals.contradiction(operation, "it is another device");
        }
        return Optional.of(device);
    }

    /** The device and its credential in one transaction. @return empty when there is a device of this name by now */
    Optional<Device> create(String name, String profileId, LeafCredential leaf, Deadline deadline) {
        String operation = "creating device " + name;
        ObjectNode body = Json.object();
        body.putObject("device").put("name", name).set("deviceProfileId", EntityId.of("DEVICE_PROFILE", profileId));
        body.putObject("credentials")
                .put("credentialsType", LeafCredential.TYPE)
                .put("credentialsValue", leaf.pem());
        Reply reply = api.post("/api/device-with-credentials", body, deadline);
        if (reply.status() == 400 && reply.message().contains("such name already exists")) {
            return Optional.empty();
        }
        refuseForeignCertificate(operation, reply);
        return Optional.of(Device.of(operation, RestApi.json(operation, reply)));
    }

    /** Gives a device another profile. */
    Optional<Device> move(Device device, String profileId, Deadline deadline) {
        String operation = "moving device " + device.name() + " to another profile";
        ObjectNode body = device.json().deepCopy();
        body.remove("type");
        body.set("deviceProfileId", EntityId.of("DEVICE_PROFILE", profileId));
        Reply reply = api.post("/api/device", body, deadline);
        return isOvertaken(reply)
                ? Optional.empty()
                : Optional.of(Device.of(operation, RestApi.json(operation, reply)));
    }

    /** At most a thousand of a profile's devices whose names contain this. */
    List<Device> ofProfile(String profileId, String text, Deadline deadline) {
        String operation = "listing devices";
        JsonNode page = RestApi.json(
                operation,
                api.get(
                        "/api/tenant/deviceInfos?pageSize=1000&page=0&deviceProfileId=" + profileId + "&textSearch="
                                + encoded(text),
                        deadline));
        if (!page.path("data").isArray()) {
            throw Refusals.nonsense(operation, "it is no page");
        }
        List<Device> devices = new ArrayList<>();
        for (JsonNode json : page.path("data")) {
            devices.add(Device.of(operation, json));
        }
        return devices;
    }

    /** Success says nothing of whether it is there again. */
    void delete(Device device, Deadline deadline) {
        Reply reply = api.delete("/api/device/" + device.id(), deadline);
        if (!reply.successful() && !Refusals.saysNotFound(reply)) {
            throw Refusals.of("deleting device " + device.name(), reply);
        }
    }

    Optional<Credentials> credentials(Device device, Deadline deadline) {
        String operation = "reading the credentials of device " + device.name();
        Reply reply = api.get("/api/device/" + device.id() + "/credentials", deadline);
        return Refusals.saysNotFound(reply) ? Optional.empty() : Optional.of(credentials(operation, reply));
    }

    /**
     * Replaces a device's credential, provided it is still this one: the version goes along.
     *
     * @param credentialsId what ThingsBoard is going to find it by
     */
    Optional<Credentials> replace(
            Device device, Credentials present, String type, String credentialsId, String value, Deadline deadline) {
        String operation = "switching the credential of device " + device.name();
        ObjectNode body = present.json()
                .deepCopy()
                .put("credentialsType", type)
                .put("credentialsId", credentialsId)
                .put("credentialsValue", value);
        if (value.isEmpty()) {
            body.putNull("credentialsValue");
        }
        Reply reply = api.post("/api/device/credentials", body, deadline);
        if (isOvertaken(reply)) {
            return Optional.empty();
        }
        refuseForeignCertificate(operation, reply);
        Credentials now = credentials(operation, reply);
        if (!now.type().equals(type) || !now.id().equals(credentialsId)) {
            throw Refusals.contradiction(operation, "it is not the credential that was sent");
        }
        return Optional.of(now);
    }

    /** @return whether the device is still there */
    boolean writeAttributes(Device device, ObjectNode attributes, Deadline deadline) {
        Reply reply = api.post("/api/plugins/telemetry/DEVICE/" + device.id() + "/SERVER_SCOPE", attributes, deadline);
        if (!reply.successful() && !Refusals.saysNotFound(reply)) {
            throw Refusals.of("writing the attributes of device " + device.name(), reply);
        }
        return reply.successful();
    }

    Optional<ServerAttributes> attributes(Device device, Deadline deadline) {
        String operation = "reading the attributes of device " + device.name();
        String keys = encoded(ServerAttributes.KEYS);
        Reply reply = api.get(
                "/api/plugins/telemetry/DEVICE/" + device.id() + "/values/attributes/SERVER_SCOPE?keys=" + keys,
                deadline);
        if (Refusals.saysNotFound(reply)) {
            return Optional.empty();
        }
        JsonNode array = RestApi.json(operation, reply);
        if (!array.isArray()) {
            throw Refusals.nonsense(operation, "it is no list");
        }
        return Optional.of(new ServerAttributes(array));
    }

    private static Credentials credentials(String operation, Reply reply) {
        JsonNode json = RestApi.json(operation, reply);
        if (!(json instanceof ObjectNode object)
                || json.path("credentialsType").asText("").isEmpty()) {
            throw Refusals.nonsense(operation, "it is no credential");
        }
        return new Credentials(object);
    }

    /** No other request will do better: another device has the certificate. */
    private static void refuseForeignCertificate(String operation, Reply reply) {
        if (reply.status() == 400 && reply.message().contains("already assigned to another device")) {
            throw new BackendRefusedException(
                    operation + ": another device of ThingsBoard has this certificate", Fault.BACKEND, Effect.NONE);
        }
    }

    private static boolean isOvertaken(Reply reply) {
        return reply.status() == CONFLICT || Refusals.saysNotFound(reply);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
