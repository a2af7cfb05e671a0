package io.provisioningbridge.app.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.app.endtoend.DeviceClient.Answer;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A thousand devices by 32 clients, while the bridge is killed in the middle, twice. */
class FleetTest {

    private static final int DEVICES = 1000;
    private static final int CLIENTS = 32;

    @TempDir
    private Path directory;

    private record Device(String id, String csr, String peerKey) {}

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void everyAnsweredDeviceShouldKeepItsAddressAndCertificateThroughKills() throws Exception {
        Seeded seeded = new Seeded(1000);
        List<Device> fleet = IntStream.range(0, DEVICES)
                .mapToObj(i -> new Device(
                        "device-" + i,
                        CsrBuilder.forDevice("device-" + i).pem(),
                        seeded.peerKey().base64()))
                .toList();
        ConcurrentMap<String, String> answered = new ConcurrentHashMap<>();

        for (int killedAfter : List.of(DEVICES / 4, DEVICES / 2)) {
            BridgeProcess bridge = serve();
            enroll(fleet, DeviceClient.ofEmbedded(bridge), answered, new Killer(bridge, killedAfter, answered));
            bridge.kill();
        }
        try (BridgeProcess bridge = serve()) {
            enroll(fleet, DeviceClient.ofEmbedded(bridge), answered, () -> {});
            assertThat(answered).hasSize(DEVICES);
            assertEveryDeviceIsInTheDirectory(bridge, answered);
        }

        assertThat(answered.values().stream().map(FleetTest::addressIn).distinct())
                .as("addresses")
                .hasSize(DEVICES);
        assertThat(count("SELECT count(*) FROM devices")).isEqualTo(DEVICES);
        assertThat(count("SELECT count(DISTINCT address) FROM leases WHERE kind <> 'UNASSIGNABLE'"))
                .isEqualTo(DEVICES);
        assertThat(count("SELECT count(*) FROM (SELECT device_key FROM certificates WHERE standing = 'ISSUED'"
                        + " GROUP BY device_key HAVING count(*) > 1)"))
                .as("devices with two certificates in force")
                .isZero();
    }

    /** Ends the bridge when enough devices were answered. */
    private record Killer(BridgeProcess bridge, int after, ConcurrentMap<String, String> answered) implements Runnable {

        @Override
        public void run() {
            if (answered.size() >= after) {
                bridge.kill();
            }
        }
    }

    /** Every device asks until it is answered or the bridge is gone; whoever is answered twice must be answered alike. */
    private static void enroll(
            List<Device> fleet, DeviceClient client, ConcurrentMap<String, String> answered, Runnable afterEach)
            throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            AtomicInteger next = new AtomicInteger();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(() -> {
                    for (int n = next.getAndIncrement(); n < DEVICES; n = next.getAndIncrement()) {
                        ask(fleet.get(n), client, answered);
                        afterEach.run();
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private static void ask(Device device, DeviceClient client, ConcurrentMap<String, String> answered)
            throws InterruptedException {
        try {
            Answer answer = client.enroll(device.id(), device.csr(), device.peerKey());
            assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
            String before = answered.putIfAbsent(device.id(), answer.identity());
            if (before != null) {
                assertThat(answer.identity())
                        .as("the answer to %s", device.id())
                        .isEqualTo(before);
            }
        } catch (IOException bridgeIsGone) {
            // The next bridge is asked again.
        }
    }

    private static void assertEveryDeviceIsInTheDirectory(BridgeProcess bridge, Map<String, String> answered) {
        // Devices are published within a moment, so ending the bridge is not waited for: it runs on meanwhile.
        Path file = bridge.directory().resolve("data/wireguard/cdm_peers.json");
        bridge.await("cdm_peers.json is complete", () -> read(file).size() == answered.size());
        read(file)
                .forEach((id, address) ->
                        assertThat(addressIn(answered.getOrDefault(id, ""))).isEqualTo(address));
    }

    private static Map<String, String> read(Path file) {
        try {
            return Files.exists(file)
                    ? new ObjectMapper().readValue(file.toFile(), new TypeReference<Map<String, String>>() {})
                    : Map.of();
        } catch (IOException e) {
            throw new AssertionError("a reader must always find a whole file", e);
        }
    }

    private static String addressIn(String identity) {
        return identity.substring(identity.lastIndexOf('\n') + 1);
    }

    private BridgeProcess serve() {
        return BridgeProcess.serve(
                directory,
                Map.of(
                        "BRIDGE_CA", "embedded",
                        "BRIDGE_LISTEN", "127.0.0.1:0",
                        "WG_SUBNET", "10.8.0.0/16",
                        "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                        "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64()));
    }

    private long count(String query) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/bridge.db"));
                ResultSet result = connection.createStatement().executeQuery(query)) {
            return result.next() ? result.getLong(1) : -1;
        }
    }
}
