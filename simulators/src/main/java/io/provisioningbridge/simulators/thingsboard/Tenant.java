package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Devices with their credentials, and profiles. Safe for concurrent use: every method holds its lock. */
final class Tenant {

    private static final int LONGEST_NAME = 255;

    private final Map<String, Device> devices = new HashMap<>();
    private final Map<String, Profile> profiles = new HashMap<>();
    private final Consumer<String> closeSession;
    private final Consumer<Event> events;

    /**
     * @param closeSession ends the connection of the device with this id, should it have one
     * @param events taken by the rule engine
     */
    Tenant(Consumer<String> closeSession, Consumer<Event> events) {
        this.closeSession = closeSession;
        this.events = events;
    }

    synchronized ObjectNode saveDevice(JsonNode body, String accessToken) {
        String id = body.path("id").path("id").asText("");
        if (id.isEmpty()) {
            String token = accessToken.isEmpty() ? UUID.randomUUID().toString().substring(0, 20) : accessToken;
            return create(body, Credential.ACCESS_TOKEN, token, "").json();
        }
        Device device = device(id);
        if (body.has("version") && body.path("version").asInt() != device.version) {
            throw ApiError.conflict("Device was already changed by someone else");
        }
        device.profile = profileFor(body);
        device.label = body.path("label").asText("");
        device.version++;
        return device.json();
    }

    /** Both or nothing. */
    synchronized ObjectNode createWithCredentials(JsonNode body) {
        JsonNode credentials = body.path("credentials");
        String type = credentials.path("credentialsType").asText();
        String value = credentials.path("credentialsValue").asText("");
        return type.equals(Credential.X509)
                ? create(
                                body.path("device"),
                                type,
                                Credential.hash(Credential.trimmed(value)),
                                Credential.trimmed(value))
                        .json()
                : create(
                                body.path("device"),
                                type,
                                credentials.path("credentialsId").asText(),
                                "")
                        .json();
    }

    /** Makes a device, with a credential nobody else has. */
    synchronized Device create(JsonNode body, String type, String credentialsId, String value) {
        String name = body.path("name").asText("");
        checkName(name);
        if (named(name).isPresent()) {
            throw ApiError.badRequest("Device with such name already exists!");
        }
        checkUnassigned(credentialsId, null);
        Credential credential = new Credential(UUID.randomUUID().toString(), type, credentialsId, value, 1);
        Device device = new Device(UUID.randomUUID().toString(), name, profileFor(body), credential);
        device.label = body.path("label").asText("");
        devices.put(device.id, device);
        return device;
    }

    synchronized Device device(String id) {
        checkUuid(id);
        Device device = devices.get(id);
        if (device == null) {
            throw ApiError.notFound("Device with id [" + id + "] is not found");
        }
        return device;
    }

    synchronized Optional<Device> find(String id) {
        return Optional.ofNullable(devices.get(id));
    }

    synchronized Optional<Device> named(String name) {
        return devices.values().stream()
                .filter(device -> device.name.equals(name))
                .findFirst();
    }

    synchronized Optional<Device> withCredential(String type, String credentialsId) {
        return devices.values().stream()
                .filter(device -> device.credential.type().equals(type)
                        && device.credential.credentialsId().equals(credentialsId))
                .findFirst();
    }

    synchronized ObjectNode deviceJson(String id) {
        return device(id).json();
    }

    synchronized ObjectNode namedJson(String name) {
        return named(name)
                .orElseThrow(() -> ApiError.notFound("Requested item wasn't found!"))
                .json();
    }

    synchronized void delete(String id) {
        Device device = device(id);
        devices.remove(id);
        closeSession.accept(id);
        events.accept(Event.deleted(device));
    }

    synchronized ObjectNode deviceInfos(Optional<String> profileId, String textSearch, int pageSize, int page) {
        return Json.page(
                devices.values().stream()
                        .filter(device ->
                                profileId.isEmpty() || device.profile.id().equals(profileId.get()))
                        .filter(device -> device.name.contains(textSearch))
                        .sorted(Comparator.comparing(device -> device.name))
                        .map(device -> device.json().put("deviceProfileName", device.profile.name()))
                        .toList(),
                pageSize,
                page);
    }

    synchronized ObjectNode credentials(String id) {
        return device(id).credential.json(id);
    }

    /** Whatever is sent as a certificate is stored and hashed; the device's connection ends at once. */
    synchronized ObjectNode updateCredentials(JsonNode body) {
        Device device = device(body.path("deviceId").path("id").asText());
        Credential present = device.credential;
        if (!body.path("id").path("id").asText("").equals(present.id())) {
            throw ApiError.badRequest("Credentials for this device are already specified!");
        }
        if (body.path("version").isInt() && body.path("version").asInt() != present.version()) {
            throw ApiError.conflict("Entity was already changed by someone else");
        }
        String type = body.path("credentialsType").asText();
        boolean certificate = type.equals(Credential.X509);
        String value =
                certificate ? Credential.trimmed(body.path("credentialsValue").asText("")) : "";
        String credentialsId = certificate
                ? Credential.hash(value)
                : body.path("credentialsId").asText("");
        checkUnassigned(credentialsId, device);
        device.credential = new Credential(present.id(), type, credentialsId, value, present.version() + 1);
        closeSession.accept(device.id);
        return device.credential.json(device.id);
    }

    /** As provisioning by a chain does it. */
    synchronized void overwriteCertificate(Device device, String text) {
        if (!device.credential.value().equals(text)) {
            device.credential = new Credential(
                    device.credential.id(),
                    Credential.X509,
                    Credential.hash(text),
                    text,
                    device.credential.version() + 1);
            closeSession.accept(device.id);
        }
    }

    synchronized ObjectNode saveProfile(JsonNode body) {
        String id = body.path("id").path("id").asText("");
        Profile present = profiles.get(id);
        int version = present == null ? 0 : present.version();
        if (body.path("version").isInt() && body.path("version").asInt() != version) {
            throw ApiError.conflict("Device profile was already changed by someone else");
        }
        Profile profile = Profile.of(id.isEmpty() ? UUID.randomUUID().toString() : id, version + 1, body);
        for (Profile other : profiles.values()) {
            if (other.id().equals(profile.id())) {
                continue;
            }
            if (other.name().equals(profile.name())) {
                throw ApiError.badRequest("Device profile with such name already exists!");
            }
            if (!profile.provisionDeviceKey().isEmpty()
                    && other.provisionDeviceKey().equals(profile.provisionDeviceKey())) {
                throw ApiError.badRequest("Device profile with such certificate already exists!");
            }
        }
        profiles.put(profile.id(), profile);
        devices.values().stream()
                .filter(device -> device.profile.id().equals(profile.id()))
                .forEach(device -> device.profile = profile);
        return profile.json();
    }

    synchronized ObjectNode profile(String id) {
        checkUuid(id);
        Profile profile = profiles.get(id);
        if (profile == null) {
            throw ApiError.notFound("Device profile with id [" + id + "] is not found");
        }
        return profile.json();
    }

    synchronized ObjectNode profileInfos(String textSearch, int pageSize, int page) {
        return Json.page(
                profiles.values().stream()
                        .filter(profile -> profile.name().contains(textSearch))
                        .sorted(Comparator.comparing(Profile::name))
                        .map(profile -> {
                            ObjectNode info = Json.object().put("name", profile.name());
                            info.set("id", Json.id("DEVICE_PROFILE", profile.id()));
                            return info;
                        })
                        .toList(),
                pageSize,
                page);
    }

    synchronized Optional<Profile> findProfile(String id) {
        return Optional.ofNullable(profiles.get(id));
    }

    synchronized Optional<Profile> profileOfAuthority(String hash) {
        return profiles.values().stream()
                .filter(profile -> profile.provisionDeviceKey().equals(hash))
                .findFirst();
    }

    private Profile profileFor(JsonNode body) {
        String id = body.path("deviceProfileId").path("id").asText("");
        if (!id.isEmpty()) {
            Profile profile = profiles.get(id);
            if (profile == null) {
                throw ApiError.badRequest("Device is referencing to non-existent device profile!");
            }
            return profile;
        }
        // An unknown type makes a profile of that name.
        String type = body.path("type").asText("default");
        return profiles.values().stream()
                .filter(profile -> profile.name().equals(type))
                .findFirst()
                .orElseGet(() -> {
                    saveProfile(Json.object().put("name", type).put("provisionType", "DISABLED"));
                    return profileFor(body);
                });
    }

    private void checkUnassigned(String credentialsId, @Nullable Device except) {
        boolean taken = devices.values().stream()
                .anyMatch(other ->
                        other != except && other.credential.credentialsId().equals(credentialsId));
        if (taken) {
            throw ApiError.badRequest("Device credentials are already assigned to another device!");
        }
    }

    private static void checkName(String name) {
        if (name.isEmpty()) {
            throw ApiError.badRequest("Device name should be specified!");
        }
        if (name.length() > LONGEST_NAME) {
            throw ApiError.badRequest("Validation error: name length must be equal or less than 255");
        }
        if (name.contains("<")) {
            throw ApiError.badRequest("Validation error: name is malformed");
        }
    }

    static void checkUuid(String id) {
        try {
            UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest("Invalid UUID string: " + id);
        }
    }
}
