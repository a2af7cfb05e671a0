package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.thingsboard.Devices.Device;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Has ThingsBoard call the webhook: a throw-away device of the profile is made and deleted at once, which the profile's rule
 * chain reports ({@code ENTITY_DELETED}; observed, and other than a connect it needs no MQTT). Whoever receives the webhook sees
 * the device's name. Safe for concurrent use.
 */
public final class DeliveryProbe implements AutoCloseable {

    /** What the names of throw-away devices begin with; no device enrolls under such a name. */
    public static final String PREFIX = "bridge-setup-";

    private static final int RANDOM_BYTES = 10;
    private static final String ACCESS_TOKEN = "ACCESS_TOKEN";
    private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9a-f]{" + 2 * RANDOM_BYTES + "})");

    private final ThingsBoardSettings settings;
    private final RestApi api;
    private final Profile profile;
    private final Devices devices;
    private final String suffix;
    private boolean begun;
    private boolean gone;

    public DeliveryProbe(ThingsBoardSettings settings, SecureRandom random) {
        this.settings = settings;
        this.api = new RestApi(settings);
        this.profile = new Profile(api, settings.profile());
        this.devices = new Devices(api);
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        this.suffix = HexFormat.of().formatHex(bytes);
    }

    /** The throw-away device's name, which nobody has used. */
    public String deviceName() {
        return PREFIX + suffix;
    }

    /**
     * Deletes throw-away devices that an earlier run was kept from deleting: those with such a name and the access token that
     * goes with it.
     *
     * @return how many there were
     * @throws BackendUnavailableException ThingsBoard cannot be reached, or has no such profile
     * @throws BackendRefusedException something else answers at its URL
     */
    public synchronized int sweep() {
        Deadline deadline = Deadline.in(settings.deadline());
        List<Device> left = devices.ofProfile(profile.id(deadline), PREFIX, deadline).stream()
                .filter(device -> isThrownAway(device, deadline))
                .toList();
        left.forEach(device -> devices.delete(device, deadline));
        return left.size();
    }

    private boolean isThrownAway(Device device, Deadline deadline) {
        Matcher name = NAME.matcher(device.name());
        return name.matches()
                && devices.credentials(device, deadline)
                        .filter(credentials -> credentials.type().equals(ACCESS_TOKEN)
                                && credentials.id().equals(name.group(1)))
                        .isPresent();
    }

    /**
     * Makes the device and deletes it.
     *
     * @throws BackendUnavailableException ThingsBoard cannot be reached, or has no such profile
     * @throws BackendRefusedException ThingsBoard does not take the device
     */
    public synchronized void send() {
        Deadline deadline = Deadline.in(settings.deadline());
        String profileId = profile.id(deadline);
        begun = true;
        ObjectNode body = Json.object().put("name", deviceName());
        body.set("deviceProfileId", EntityId.of("DEVICE_PROFILE", profileId));
        // A token that nobody is told: nothing can connect as this device.
        String operation = "creating the throw-away device";
        Reply reply = api.post("/api/device?accessToken=" + suffix, body, deadline);
        devices.delete(Device.of(operation, RestApi.json(operation, reply)), deadline);
        gone = true;
    }

    /**
     * Sees to it that the device is gone, also when {@link #send} broke off; repeating it is harmless.
     *
     * @throws BackendUnavailableException ThingsBoard cannot be reached; the next {@link #sweep} deletes it
     * @throws BackendRefusedException something else answers at its URL
     */
    @Override
    public synchronized void close() {
        if (!begun || gone) {
            return;
        }
        Deadline deadline = Deadline.in(settings.deadline());
        devices.find(deviceName(), deadline).ifPresent(device -> devices.delete(device, deadline));
        gone = true;
    }
}
