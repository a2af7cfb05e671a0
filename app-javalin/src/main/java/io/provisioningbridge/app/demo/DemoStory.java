package io.provisioningbridge.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.core.domain.DeviceId;
import io.provisioningbridge.core.port.DevicePlatform;
import io.provisioningbridge.core.port.DevicePlatform.Registered;
import io.provisioningbridge.core.port.UpdateServer;
import io.provisioningbridge.core.port.UpdateServer.Seen;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The whole life of devices: enrolled, connected, enrolled again after a loss, taken out of service, and back uninvited. */
final class DemoStory {

    private static final String UNINVITED = "GatewayToken ";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration TIME_TO_NOTICE = Duration.ofSeconds(4);

    private final DemoSystems systems;
    private final DemoOperator operator;
    private final UpdateServer updateServer;
    private final DevicePlatform platform;
    private final PrintStream out;

    DemoStory(DemoSystems systems, DemoOperator operator, PrintStream out) {
        this.systems = systems;
        this.operator = operator;
        this.updateServer = systems.updateServer();
        this.platform = systems.platform();
        this.out = out;
    }

    /** Something that comes true after a while. */
    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** @param first enrolled already */
    void tell(
            SimulatedDevice first,
            SimulatedDevice.Saved saved,
            URI bridge,
            CertificateFingerprint root,
            SecureRandom random)
            throws IOException, InterruptedException {
        SimulatedDevice second = new SimulatedDevice("demo-device-002", bridge, root, random);
        SimulatedDevice third = new SimulatedDevice("demo-device-003", bridge, root, random);
        SimulatedDevice.Saved ofSecond = second.enroll();
        SimulatedDevice.Saved ofThird = third.enroll();
        out.println(second.id() + " and " + third.id() + " are enrolled as well.");
        List<MqttSession> sessions = new ArrayList<>();
        try {
            headline("They connect to ThingsBoard by MQTT over TLS, with their certificates");
            sessions.add(comesIn(first, saved));
            sessions.add(comesIn(second, ofSecond));
            sessions.add(comesIn(third, ofThird));
            headline(second.id() + " loses its storage and enrolls again");
            losesEverything(second, sessions);
            headline(third.id() + " is taken out of service");
            leaves(third, ofThird);
            headline(third.id() + " keeps asking hawkBit, with a token that all devices share");
            comesBack(third, ofThird);
        } finally {
            for (MqttSession session : sessions) {
                session.close();
            }
        }
        out.println();
    }

    private void headline(String text) {
        out.println();
        out.println(text + ":");
    }

    private MqttSession comesIn(SimulatedDevice device, SimulatedDevice.Saved saved)
            throws IOException, InterruptedException {
        MqttSession session = device.connect(saved, systems.mqttCertificate());
        DeviceId id = new DeviceId(device.id());
        await(device.id() + " becomes a target", () -> updateServer.find(id).isPresent());
        Registered there = platform.look(id).orElseThrow(() -> new IOException(id + " is not on the platform"));
        Seen target = updateServer.find(id).orElseThrow(() -> new IOException(id + " is no target"));
        out.println("  " + device.id());
        out.println("    ThingsBoard has called the webhook; its attributes: "
                + there.attributes()
                        .map(all -> "tunnelAddress " + all.tunnelAddress() + ", certificate until " + all.notAfter())
                        .orElse("none"));
        out.println("    hawkBit has the target '" + target.id() + "' at "
                + target.address().map(Object::toString).orElse("an unknown address")
                + "; asking for updates with the token from the enrollment answer: " + device.poll(saved));
        return session;
    }

    private void losesEverything(SimulatedDevice device, List<MqttSession> sessions)
            throws IOException, InterruptedException {
        device.loseEverything();
        String key = device.tryToEnroll();
        out.println("  With a new key, and nothing that proves who it is: 409, key " + key.substring(0, 16) + "…");
        operator.allow(device.id(), key);
        SimulatedDevice.Saved again = device.enroll();
        JsonNode known = operator.device(device.id());
        out.println("  The operator allows that key, and the same request succeeds: same id, same address "
                + known.path("wireguard_ip").asText());
        // A connection made while the platform is just being switched to the new certificate counts only from the next
        // one on.
        await("the old certificate is revoked", () -> {
            sessions.add(device.connect(again, systems.mqttCertificate()));
            TimeUnit.MILLISECONDS.sleep(TIME_TO_NOTICE.toMillis());
            return hasRevoked(operator.device(device.id()));
        });
        out.println("  It connects with the new certificate; now that it was seen, the old one is revoked.");
    }

    private static boolean hasRevoked(JsonNode device) {
        for (JsonNode certificate : device.path("certificates")) {
            if (certificate.path("revocation").asText().equals("done")) {
                return true;
            }
        }
        return false;
    }

    private void leaves(SimulatedDevice device, SimulatedDevice.Saved saved) throws IOException, InterruptedException {
        operator.decommission(device.id(), "demo");
        await(
                "everything is undone",
                () -> operator.receipt(device.id()).path("complete").booleanValue());
        JsonNode receipt = operator.receipt(device.id());
        out.println("  Its receipt, signed by the bridge:");
        for (JsonNode system : receipt.path("systems")) {
            out.println("    " + system.path("system").asText() + ": "
                    + system.path("evidence").asText() + ", "
                    + system.path("what").asText());
        }
        for (JsonNode certificate : receipt.path("certificates")) {
            out.println("    certificate " + certificate.path("serial").asText() + ": "
                    + certificate.path("revocation").asText());
        }
        out.println("  Its own token no longer lets it into hawkBit: " + device.poll(saved));
    }

    private void comesBack(SimulatedDevice device, SimulatedDevice.Saved saved)
            throws IOException, InterruptedException {
        DeviceId id = new DeviceId(device.id());
        int status = device.poll(saved, UNINVITED + systems.gatewayToken().reveal());
        out.println("  hawkBit lets it in (" + status + ") and has "
                + (updateServer.find(id).isPresent() ? "made its target anew." : "not made it anew."));
        await(
                "the target is gone again",
                () -> updateServer.find(id).isEmpty()
                        && !operator.receipt(device.id()).path("came_back").isEmpty());
        JsonNode back = operator.receipt(device.id()).path("came_back").path(0);
        out.println(
                "  One polling interval after its end the bridge has looked again, and removed it. The receipt says:");
        out.println("    " + back.path("at").asText() + " " + back.path("what").asText());
    }

    private static void await(String what, Condition condition) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IOException("it did not happen within " + PATIENCE.toSeconds() + " s that " + what);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }
}
