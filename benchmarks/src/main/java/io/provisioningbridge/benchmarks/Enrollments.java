package io.provisioningbridge.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Enrollments of devices that nobody has seen before, each with a WireGuard key of its own, prepared to be sent. */
final class Enrollments {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI bridge;
    private final Seeded seeded;
    private int devices;

    /** @param seed the same makes the same WireGuard keys */
    Enrollments(URI bridge, long seed) {
        this.bridge = bridge;
        this.seeded = new Seeded(seed);
    }

    /** What every bridge under load is configured with, beside its authority. */
    static Map<String, String> configuration(Map<String, String> authority) {
        Map<String, String> all = new TreeMap<>(authority);
        all.put("BRIDGE_LISTEN", "127.0.0.1:0");
        all.put("BRIDGE_ADMIN_LISTEN", "127.0.0.1:0");
        all.put("WG_SUBNET", "10.0.0.0/8");
        all.put("WG_SERVER_ENDPOINT", "vpn.example.com:51820");
        all.put("WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64());
        return all;
    }

    /** Of the next devices: {@code device-0}, {@code device-1} and so on. */
    List<HttpRequest> next(int count) throws IOException {
        List<HttpRequest> requests = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String device = "device-" + devices++;
            requests.add(post(
                    bridge.resolve("/devices/" + device + "/enroll"),
                    Map.of(
                            "csr_pem", CsrBuilder.forDevice(device).pem(),
                            "wg_public_key", seeded.peerKey().base64())));
        }
        return requests;
    }

    /** Any JSON, with a minute for the answer. */
    static HttpRequest post(URI uri, Map<String, String> body) throws IOException {
        return HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(1))
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
    }
}
