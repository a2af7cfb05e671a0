package io.provisioningbridge.benchmarks;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;

/**
 * A platform that was restarted: every device connects, and ThingsBoard tells the bridge of each. The bridge is a process of its
 * own with SQLite and the embedded CA; ThingsBoard and hawkBit are simulated in the load generator's process.
 */
public final class WebhookBenchmark {

    private static final String USAGE = """
            usage: LAUNCHER [DEVICES [CONNECTIONS [ROUNDS]]]
              LAUNCHER     the script ./bridge
              DEVICES      each of which connects once in a round (10000)
              CONNECTIONS  of the platform (64)
              ROUNDS       after the first, in which all devices are new (3)
            """;
    private static final String SECRET = "benchmark-webhook-secret";
    private static final String TOKEN = "benchmark-operator-token";
    private static final int ENROLLING = 32;

    /** ThingsBoard gives a call two seconds before it repeats it. */
    private static final double LONGEST_P99_MILLIS = 500;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final SimulatedSystems systems;
    private final BridgeUnderLoad bridge;
    private final HttpClient client;
    private final OperatorView operator;
    private final List<String> fleet;
    private final int connections;
    private final ConcurrentMap<String, X509Certificate> certificates = new ConcurrentHashMap<>();

    private WebhookBenchmark(
            SimulatedSystems systems, BridgeUnderLoad bridge, CertificateFingerprint root, int devices, int connections)
            throws Exception {
        this.systems = systems;
        this.bridge = bridge;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(bridge.trust(root))
                .build();
        this.operator = new OperatorView(bridge.operatorUrl(), TOKEN);
        this.fleet = IntStream.range(0, devices).mapToObj(i -> "device-" + i).toList();
        this.connections = connections;
    }

    /**
     * What a round gave.
     *
     * @param answers how often each status was answered
     * @param secondsUntilConverged from the first call until nothing was behind at ThingsBoard and hawkBit
     * @param bridgeCpuMillis of the bridge for each device until then, its calls to both included
     */
    private record Round(
            String what,
            Measured calls,
            Map<String, Integer> answers,
            double secondsUntilConverged,
            double bridgeCpuMillis) {

        @Override
        public String toString() {
            return String.format(
                    "| %s | %s | %.1f s | %.2f ms | %s |",
                    what,
                    calls,
                    secondsUntilConverged,
                    bridgeCpuMillis,
                    answers.toString().replaceAll("[{}]", ""));
        }
    }

    /** @param args as in {@link #USAGE} */
    public static void main(String[] args) throws Exception {
        if (args.length < 1 || args.length > 4) {
            System.err.print(USAGE);
            System.exit(2);
        }
        Path launcher = Path.of(args[0]).toAbsolutePath();
        int devices = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        int connections = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 3;
        AmazonCorrettoCryptoProvider.install();
        Path directory = Files.createTempDirectory("bridge-benchmark-");
        Path tunnelServer = directory.resolve("data/wireguard/wg_confs/wg0.conf");
        Files.createDirectories(tunnelServer.getParent());
        Files.writeString(
                tunnelServer,
                "[Interface]\nPrivateKey = " + new Seeded(2).peerKey().base64() + "\nListenPort = 51820\n");
        try (SimulatedSystems systems = new SimulatedSystems();
                BridgeUnderLoad bridge = BridgeUnderLoad.start(launcher, directory, environment(systems))) {
            CertificateFingerprint root = CertificateFingerprint.of(
                    Pem.parseCertificates(Files.readString(directory.resolve("data/ca/root.crt")))
                            .orThrow()
                            .get(0));
            WebhookBenchmark benchmark = new WebhookBenchmark(systems, bridge, root, devices, connections);
            benchmark.enroll();
            List<Round> all = new ArrayList<>();
            all.add(benchmark.round("first connect"));
            for (int number = 1; number <= rounds; number++) {
                all.add(benchmark.round("again, round " + number));
            }
            write(all, devices, connections, bridge.peakMebibytes());
            requireInTime(all);
        }
    }

    private static void requireInTime(List<Round> rounds) throws IOException {
        for (Round round : rounds) {
            if (round.calls().p99Millis() >= LONGEST_P99_MILLIS) {
                throw new IOException(String.format(
                        "%s: one call in a hundred took longer than %.0f ms, which is more than %.0f",
                        round.what(), round.calls().p99Millis(), LONGEST_P99_MILLIS));
            }
        }
    }

    private static Map<String, String> environment(SimulatedSystems systems) {
        Map<String, String> environment = new TreeMap<>(systems.configuration());
        environment.putAll(Map.of(
                "BRIDGE_CA", "embedded",
                "BRIDGE_OPERATOR_TOKEN", TOKEN,
                "BRIDGE_WEBHOOK_SECRET", SECRET));
        return Enrollments.configuration(environment);
    }

    private void enroll() throws Exception {
        System.err.println("enrolling " + fleet.size() + " devices ...");
        List<HttpRequest> requests = new Enrollments(bridge.url(), 6).next(fleet.size());
        Load.run(client, requests, ENROLLING, 200, this::keepCertificate);
        System.err.println("registering them with ThingsBoard ...");
        operator.awaitOutsideSystems();
    }

    private void keepCertificate(String body) {
        JsonNode answer = read(body);
        certificates.put(
                answer.path("device_id").asText(),
                Pem.parseCertificates(answer.path("cert").asText()).orThrow().get(0));
    }

    private Round round(String what) throws Exception {
        fleet.forEach(device -> systems.connect(Objects.requireNonNull(certificates.get(device), device)));
        List<HttpRequest> calls = new ArrayList<>(fleet.size());
        for (String device : fleet) {
            calls.add(post(
                    "/webhooks/thingsboard",
                    Map.of("event", "CONNECT_EVENT", "deviceName", device, "deviceId", "x", "deviceType", "x")));
        }
        Map<String, Integer> answers = new ConcurrentSkipListMap<>();
        Duration before = bridge.cpu();
        long began = System.nanoTime();
        Measured measured = Load.run(
                client,
                calls,
                connections,
                200,
                body -> answers.merge(read(body).path("status").asText(), 1, Integer::sum));
        operator.awaitOutsideSystems();
        double seconds =
                (System.nanoTime() - began) / (double) Duration.ofSeconds(1).toNanos();
        double cpu = bridge.cpu().minus(before).toMillis() / (double) fleet.size();
        int connected = operator.devices("connected");
        if (connected != fleet.size()) {
            throw new IOException(connected + " of " + fleet.size() + " devices are connected");
        }
        Round round = new Round(what, measured, answers, seconds, cpu);
        System.err.println(round);
        return round;
    }

    private HttpRequest post(String path, Map<String, String> body) throws IOException {
        return HttpRequest.newBuilder(bridge.url().resolve(path))
                .header("Content-Type", "application/json")
                .header("X-Webhook-Secret", SECRET)
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(List<Round> rounds, int devices, int connections, long peakMebibytes) throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("java", Runtime.version().toString());
        result.put("processors", Runtime.getRuntime().availableProcessors());
        result.put("devices", devices);
        result.put("connections", connections);
        result.put("bridgePeakMebibytes", peakMebibytes);
        result.put("rounds", rounds);
        StringBuilder table = new StringBuilder(String.format(
                "%d devices, %d connections.%n%n| round | calls | p50 / p99 | until converged | bridge CPU each"
                        + " | answers |%n|---|---|---|---|---|---|%n",
                devices, connections));
        rounds.forEach(round -> table.append(round).append(System.lineSeparator()));
        table.append(String.format("%nPeak memory of the bridge (resident): %d MiB.%n", peakMebibytes));
        Files.write(Path.of("webhook.json"), JSON.writeValueAsBytes(result));
        Files.writeString(Path.of("webhook.md"), table);
        System.out.print(table);
    }
}
