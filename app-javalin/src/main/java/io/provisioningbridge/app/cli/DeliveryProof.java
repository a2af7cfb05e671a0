package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.thingsboard.DeliveryProbe;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardSettings;
import io.provisioningbridge.core.port.BackendException;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;

/** Sees whether what ThingsBoard reports arrives at the bridge: sends it the news of a throw-away device, and asks the bridge. */
final class DeliveryProof {

    private static final long PAUSE_MILLIS = 200;
    private static final String REFUSED = "refused";

    private final OperatorClient bridge;
    private final ThingsBoardSettings settings;
    private final URI webhook;
    private final Duration patience;

    DeliveryProof(OperatorClient bridge, ThingsBoardSettings settings, URI webhook, Duration patience) {
        this.bridge = bridge;
        this.settings = settings;
        this.webhook = webhook;
        this.patience = patience;
    }

    /**
     * @return what is proven, in a sentence
     * @throws IOException it did not arrive, or the bridge cannot be asked; the message is for the operator
     * @throws BackendException ThingsBoard cannot be asked
     */
    String run() throws IOException, InterruptedException {
        // First of all: a call that cannot arrive would be repeated, and hold up those of devices.
        JsonNode before = activity();
        DeliveryProbe probe = new DeliveryProbe(settings, new SecureRandom());
        AtExit cleanUp = AtExit.closes(probe);
        try (probe) {
            return run(probe, before);
        } finally {
            cleanUp.cancel();
        }
    }

    private String run(DeliveryProbe probe, JsonNode before) throws IOException, InterruptedException {
        probe.sweep();
        long begin = System.nanoTime();
        probe.send();
        JsonNode now = activity();
        while (!isIn(now, probe.deviceName())) {
            if (System.nanoTime() - begin >= patience.toNanos()) {
                throw new IOException(whyNot(before, now));
            }
            Thread.sleep(PAUSE_MILLIS);
            now = activity();
        }
        return "ThingsBoard reported a throw-away device, and the bridge took the call after "
                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms.";
    }

    private JsonNode activity() throws IOException, InterruptedException {
        JsonNode activity = bridge.get("/webhook");
        if (!activity.path(REFUSED).isIntegralNumber()) {
            throw new IOException("What answers at BRIDGE_ADMIN_URL does not know the webhook; is it this version?");
        }
        return activity;
    }

    private static boolean isIn(JsonNode activity, String device) {
        return activity.path("unknown_devices").findValuesAsText("device_id").contains(device);
    }

    private String whyNot(JsonNode before, JsonNode now) {
        long refused = now.path(REFUSED).longValue() - before.path(REFUSED).longValue();
        String repeated = " ThingsBoard repeats it until it arrives, and the calls of some devices wait behind it.";
        if (refused > 0) {
            return "The bridge refused " + (refused == 1 ? "a call" : refused + " calls")
                    + " that came with another secret than its own: run this again with the bridge's own"
                    + " BRIDGE_WEBHOOK_SECRET, or with its BRIDGE_DATA_DIR." + repeated;
        }
        return "No call came within " + patience.toSeconds() + " s. ThingsBoard has to reach " + webhook
                + " (BRIDGE_PUBLIC_URL): is that this bridge, as seen from ThingsBoard's machine, and does the Java of"
                + " ThingsBoard trust its certificate? `curl -i -X POST " + webhook + "` there must answer 401."
                + repeated;
    }
}
