package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Decides which device a connection is, and writes down that it came and went. Safe for concurrent use. */
final class Admission {

    private final Tenant tenant;
    private final InstantSource clock;
    private final Consumer<Event> events;

    Admission(Tenant tenant, InstantSource clock, Consumer<Event> events) {
        this.tenant = tenant;
        this.clock = clock;
        this.events = events;
    }

    /**
     * The id of the device that a chain admits; empty when it admits none. Whether the leaf is still valid is looked at last:
     * by then a chain profile has made the device, or replaced its credential.
     *
     * @param chain as presented, leaf first
     */
    Optional<String> byCertificate(List<X509Certificate> chain) {
        synchronized (tenant) {
            X509Certificate leaf = chain.get(0);
            Optional<Device> device = deviceOf(chain);
            try {
                leaf.checkValidity(Date.from(clock.instant()));
            } catch (CertificateException expired) {
                return Optional.empty();
            }
            return device.map(found -> found.id);
        }
    }

    Optional<String> byToken(String token) {
        synchronized (tenant) {
            return tenant.withCredential(Credential.ACCESS_TOKEN, token).map(device -> device.id);
        }
    }

    /** The device is connected. */
    void connected(String deviceId) {
        synchronized (tenant) {
            tenant.find(deviceId).ifPresent(device -> {
                long now = clock.millis();
                device.attributes.put("active", BooleanNode.TRUE);
                device.attributes.put("lastConnectTime", LongNode.valueOf(now));
                events.accept(Event.connected(device, now));
            });
        }
    }

    void disconnected(String deviceId) {
        synchronized (tenant) {
            tenant.find(deviceId)
                    .ifPresent(device -> device.attributes.put("lastDisconnectTime", LongNode.valueOf(clock.millis())));
        }
    }

    /** The first certificate of the chain that is known decides, as a device's or as a profile's. */
    private Optional<Device> deviceOf(List<X509Certificate> chain) {
        X509Certificate leaf = chain.get(0);
        for (X509Certificate certificate : chain) {
            String hash = Credential.hash(Credential.text(certificate));
            Optional<Device> device = tenant.withCredential(Credential.X509, hash);
            if (device.isPresent()) {
                return device;
            }
            Optional<Profile> profile = tenant.profileOfAuthority(hash);
            if (profile.isPresent()) {
                return provisioned(profile.get(), leaf);
            }
        }
        return Optional.empty();
    }

    private Optional<Device> provisioned(Profile profile, X509Certificate leaf) {
        Optional<String> name = profile.deviceName(leaf);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        String text = Credential.text(leaf);
        Optional<Device> present = tenant.named(name.get());
        if (present.isPresent()) {
            // A superseded certificate takes its device back like this.
            present.filter(device -> isOf(device, profile))
                    .ifPresent(device -> tenant.overwriteCertificate(device, text));
            return present.filter(device -> isOf(device, profile));
        }
        return profile.createsDevices() ? Optional.of(created(profile, name.get(), text)) : Optional.empty();
    }

    private Device created(Profile profile, String name, String text) {
        ObjectNode body = Json.object().put("name", name);
        body.set("deviceProfileId", Json.id("DEVICE_PROFILE", profile.id()));
        Device device = tenant.create(body, Credential.X509, Credential.hash(text), text);
        device.attributes.put("provisionState", TextNode.valueOf("provisioned"));
        return device;
    }

    private static boolean isOf(Device device, Profile profile) {
        return device.profile.id().equals(profile.id()) && device.credential.isCertificate();
    }
}
