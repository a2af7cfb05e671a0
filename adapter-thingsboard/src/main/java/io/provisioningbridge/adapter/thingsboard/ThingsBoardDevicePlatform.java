package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.thingsboard.Devices.Credentials;
import io.provisioningbridge.adapter.thingsboard.Devices.Device;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.http.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices on ThingsBoard, each with exactly its leaf certificate. Wrong credentials, missing rights and a missing device
 * profile are {@link BackendUnavailableException} to be tried again in a minute: an operator cures them without touching the
 * devices. Bad input, which ThingsBoard partly answers with 500, is {@link BackendRefusedException}. Safe for concurrent use.
 */
public final class ThingsBoardDevicePlatform implements DevicePlatform {

    private static final Logger LOG = LoggerFactory.getLogger(ThingsBoardDevicePlatform.class);

    /** How often an operation begins anew when others change the same device. */
    private static final int ATTEMPTS = 4;

    private static final int LARGEST_PAGE = 1000;
    private static final Pattern CURSOR = Pattern.compile("([0-9]{1,9})/([0-9]{1,4})");

    private final ThingsBoardSettings settings;
    private final RestApi api;
    private final Profile profile;
    private final Devices devices;
    private final Quarantine quarantine = new Quarantine();

    /** Asks nothing of the server yet. */
    public ThingsBoardDevicePlatform(ThingsBoardSettings settings) {
        this.settings = settings;
        this.api = new RestApi(settings);
        this.profile = new Profile(api, settings.profile());
        this.devices = new Devices(api);
    }

    /**
     * A check that shares this one's login and rests: a wrong password is not tried by both.
     *
     * @param webhooks the bridge's own, with each secret that it accepts; none: it does not know
     */
    public ThingsBoardCheck check(List<Webhook> webhooks) {
        return new ThingsBoardCheck(settings, webhooks, api);
    }

    @Override
    public void put(Registration registration) {
        Deadline deadline = Deadline.in(settings.deadline());
        LeafCredential leaf = LeafCredential.of(registration.certificate());
        for (int i = 0; i < ATTEMPTS; i++) {
            if (isDone(registration, leaf, deadline)) {
                return;
            }
        }
        throw Refusals.contended("registering device " + registration.device());
    }

    /**
     * Whoever looks goes by what the attributes name, and when they were last written: while another certificate is being
     * admitted they name none, and only after that they name it. Wherever this ends before its time, no connection is taken
     * for one with a certificate it was not made with. False when it has to be begun anew.
     */
    private boolean isDone(Registration registration, LeafCredential leaf, Deadline deadline) {
        String name = registration.device().text();
        ObjectNode attributes = ServerAttributes.toWrite(registration.attributes());
        String profileId = profile.id(deadline);
        Optional<Device> found = devices.find(name, deadline);
        try {
            if (found.isEmpty()) {
                return devices.create(name, profileId, leaf, deadline)
                        .filter(made -> devices.writeAttributes(made, attributes, deadline))
                        .isPresent();
            }
            return placed(found.get(), profileId, deadline)
                    .filter(here -> admits(here, leaf, registration, deadline))
                    .isPresent();
        } catch (BackendRefusedException e) {
            // A profile that was installed anew has another id, and none of its devices is at fault.
            if (profile.askedAgain(deadline).equals(profileId)) {
                throw e;
            }
            return false;
        }
    }

    private Optional<Device> placed(Device device, String profileId, Deadline deadline) {
        return device.profileId().equals(profileId) ? Optional.of(device) : devices.move(device, profileId, deadline);
    }

    /** Writing the same credential again would end the device's connection, so it is compared first. */
    private boolean admits(Device device, LeafCredential leaf, Registration registration, Deadline deadline) {
        Optional<ServerAttributes> described = devices.attributes(device, deadline);
        Optional<Credentials> present = devices.credentials(device, deadline);
        if (described.isEmpty() || present.isEmpty()) {
            return false;
        }
        ObjectNode attributes = ServerAttributes.toWrite(registration.attributes());
        Credentials now = present.get();
        if (now.type().equals(LeafCredential.TYPE) && now.id().equals(leaf.credentialsId())) {
            return described.get().written().equals(Optional.of(registration.attributes()))
                    || devices.writeAttributes(device, attributes, deadline);
        }
        return devices.writeAttributes(device, ServerAttributes.whileSwitching(registration.attributes()), deadline)
                && devices.replace(device, now, LeafCredential.TYPE, leaf.credentialsId(), leaf.pem(), deadline)
                        .isPresent()
                && devices.writeAttributes(device, attributes, deadline);
    }

    @Override
    public Removal remove(DeviceId id, Reason reason) {
        Deadline deadline = Deadline.in(settings.deadline());
        boolean deleted = false;
        for (int i = 0; i < ATTEMPTS; i++) {
            Optional<Device> found = devices.find(id.text(), deadline);
            if (found.isEmpty()) {
                return Removal.ABSENT;
            }
            // If it is found once more, ThingsBoard made it anew.
            boolean cameBack = deleted || reason == Reason.CAME_BACK;
            boolean stays = reason == Reason.SUSPENDED || settings.mode() == ThingsBoardMode.CHAIN;
            boolean toBeQuarantined = stays && (reason == Reason.SUSPENDED || cameBack);
            if (stays && isQuarantined(found.get(), toBeQuarantined, cameBack, deadline)) {
                // One that was suspended may go, unless it would be made anew as soon as it connects.
                if (toBeQuarantined || createsDevices(deadline)) {
                    return deleted ? Removal.MADE_ANEW : Removal.QUARANTINED;
                }
            }
            if (!toBeQuarantined) {
                devices.delete(found.get(), deadline);
                deleted = true;
            }
        }
        throw Refusals.contended("removing device " + id);
    }

    private boolean createsDevices(Deadline deadline) {
        String path = "/api/deviceProfile/" + profile.askedAgain(deadline);
        return ThingsBoardCheck.createsDevices(RestApi.json("reading the device profile", api.get(path, deadline)));
    }

    /**
     * @param begin whether to begin it where it is not yet so
     * @param cameBack whether a beginning is to be told
     */
    private boolean isQuarantined(Device device, boolean begin, boolean cameBack, Deadline deadline) {
        Optional<Credentials> present = devices.credentials(device, deadline);
        if (present.isEmpty()) {
            return false;
        }
        if (Quarantine.holds(present.get())) {
            return true;
        }
        if (!begin) {
            return false;
        }
        boolean begun = devices.replace(device, present.get(), Quarantine.TYPE, quarantine.newToken(), "", deadline)
                .isPresent();
        if (begun && cameBack) {
            LOG.warn(
                    "device {} came back to ThingsBoard as {} and is quarantined: does the device profile make devices?",
                    device.name(),
                    device.id());
        }
        return begun;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The attributes are read first: a chain profile lets a device change its own credential by connecting, at any moment. The
     * other way round the certificate that was there before would be taken for the one that connected.
     */
    @Override
    public Optional<Registered> look(DeviceId id) {
        Deadline deadline = Deadline.in(settings.deadline());
        Optional<Device> found = devices.find(id.text(), deadline);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Device device = found.get();
        // One that goes away in between is not there.
        return devices.attributes(device, deadline)
                .flatMap(attributes -> devices.credentials(device, deadline)
                        .map(credentials -> new Registered(
                                device.id(),
                                device.name(),
                                profile.is(device.profileId(), deadline),
                                admittedBy(credentials),
                                attributes.written(),
                                attributes.writtenAt(),
                                attributes.lastConnect())));
    }

    private static Credential admittedBy(Credentials credentials) {
        if (Quarantine.holds(credentials)) {
            return new Credential.Quarantined();
        }
        if (!credentials.type().equals(LeafCredential.TYPE)) {
            return new Credential.Other(credentials.type());
        }
        return LeafCredential.read(credentials.value(), credentials.id())
                .<Credential>map(Credential.Certificate::new)
                .orElseGet(() -> new Credential.Other("a certificate that matches none"));
    }

    /** Devices of the profile, ordered by name. */
    @Override
    public Page list(String after, int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + LARGEST_PAGE + " devices, not " + limit);
        }
        Deadline deadline = Deadline.in(settings.deadline());
        // A profile that was deleted has no devices, and none would be found missing: so it is asked for each time.
        String profileId = profile.askedAgain(deadline);
        int page = pageOf(after, limit);
        String operation = "listing devices";
        JsonNode json = RestApi.json(
                operation,
                api.get(
                        "/api/tenant/deviceInfos?pageSize=" + limit + "&page=" + page + "&deviceProfileId=" + profileId
                                + "&sortProperty=name&sortOrder=ASC",
                        deadline));
        if (!json.path("data").isArray() || !json.path("hasNext").isBoolean()) {
            throw Refusals.nonsense(operation, "it is no page");
        }
        List<Listed> listed = new ArrayList<>();
        for (JsonNode device : json.path("data")) {
            listed.add(new Listed(
                    EntityId.in(operation, device), device.path("name").asText()));
        }
        boolean more = json.path("hasNext").asBoolean();
        return new Page(listed, more ? Optional.of((page + 1) + "/" + limit) : Optional.empty());
    }

    private static int pageOf(String cursor, int limit) {
        if (cursor.isEmpty()) {
            return 0;
        }
        Matcher matcher = CURSOR.matcher(cursor);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) != limit) {
            throw new IllegalArgumentException(
                    "a listing goes on where a page of the same size ended, not at " + cursor);
        }
        return Integer.parseInt(matcher.group(1));
    }

    @Override
    public Duration deadline() {
        return settings.deadline();
    }
}
