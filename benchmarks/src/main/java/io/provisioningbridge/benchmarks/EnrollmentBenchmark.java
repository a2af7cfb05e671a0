package io.provisioningbridge.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.adapter.stepca.FingerprintTrust;
import io.provisioningbridge.benchmarks.Load.Measured;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * Enrollments through the bridge beside bare {@code POST /1.0/sign} at the same step-ca: interleaved, in one run, on one
 * machine. Requests and tokens are made beforehand. The ratio is the figure; the rates depend on the machine.
 */
public final class EnrollmentBenchmark {

    private static final List<Integer> CONNECTIONS = List.of(1, 8, 32);
    private static final int ROUNDS = 3;
    private static final int WARM_UP = 2000;
    private static final String PASSWORD = "benchmark";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final StepCaServer stepCa;
    private final BridgeUnderLoad bridge;
    private final HttpClient toStepCa;
    private final HttpClient toBridge;
    private final TokenMint mint;
    private final Seeded seeded = new Seeded(4);
    private int devices;

    private EnrollmentBenchmark(StepCaServer stepCa, BridgeUnderLoad bridge) throws Exception {
        this.stepCa = stepCa;
        this.bridge = bridge;
        CertificateFingerprint root = new CertificateFingerprint(stepCa.rootFingerprint());
        this.toStepCa = client(
                FingerprintTrust.ofStepCa(stepCa.url(), root, Duration.ofSeconds(10)).context());
        this.toBridge = client(trustInBridge(bridge, root));
        this.mint = TokenMint.open(stepCa.url(), toStepCa, PASSWORD);
    }

    /** One line of the result; medians of the rounds. */
    private record Row(
            int connections,
            Measured bare,
            Measured bridge,
            double ratio,
            double bridgeCpuMillis,
            long bridgeMebibytes) {}

    /** @param args the application's jar; how many requests a round has (1000); where to write the results (.) */
    public static void main(String[] args) throws Exception {
        if (args.length < 1) {
            System.err.println("usage: JAR [REQUESTS [DIRECTORY]]");
            System.exit(2);
        }
        Path jar = Path.of(args[0]).toAbsolutePath();
        int requests = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        Path results = Path.of(args.length > 2 ? args[2] : ".");
        Path directory = Files.createTempDirectory("bridge-benchmark-");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        try (StepCaServer stepCa = StepCaServer.oneIntermediate(StepCaProvisioner.of("benchmark", PASSWORD));
                BridgeUnderLoad bridge = BridgeUnderLoad.start(java, jar, directory, environment(stepCa))) {
            write(new EnrollmentBenchmark(stepCa, bridge).run(requests), results);
        }
    }

    private static Map<String, String> environment(StepCaServer stepCa) {
        return Map.of(
                "STEP_CA_URL", stepCa.url().toString(),
                "STEP_CA_FINGERPRINT", stepCa.rootFingerprint(),
                "STEP_CA_PROVISIONER_NAME", "benchmark",
                "STEP_CA_PROVISIONER_PASSWORD", PASSWORD,
                "BRIDGE_LISTEN", "127.0.0.1:0",
                "BRIDGE_ADMIN_LISTEN", "127.0.0.1:0",
                "WG_SUBNET", "10.0.0.0/8",
                "WG_SERVER_ENDPOINT", "vpn.example.com:51820",
                "WG_SERVER_PUBLIC_KEY", new Seeded(1).peerKey().base64());
    }

    private static HttpClient client(SSLContext trust) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trust)
                .build();
    }

    /** The bridge first has to get its own certificate. */
    private static SSLContext trustInBridge(BridgeUnderLoad bridge, CertificateFingerprint root) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                return FingerprintTrust.ofBridge(bridge.url(), root, Duration.ofSeconds(10))
                        .context();
            } catch (BackendUnavailableException e) {
                if (attempt == 100) {
                    throw new IllegalStateException(bridge.log(), e);
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    private List<Row> run(int requests) throws Exception {
        System.err.println("warming up with " + WARM_UP + " requests each ...");
        Load.run(toStepCa, bareRequests(WARM_UP), 8, 201);
        Load.run(toBridge, enrollments(WARM_UP), 8, 200);
        List<Row> rows = new ArrayList<>();
        for (int connections : CONNECTIONS) {
            rows.add(row(connections, requests));
        }
        return rows;
    }

    private Row row(int connections, int requests) throws Exception {
        List<Measured> bare = new ArrayList<>();
        List<Measured> through = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            List<HttpRequest> bareRequests = bareRequests(requests);
            List<HttpRequest> enrollments = enrollments(requests);
            bare.add(Load.run(toStepCa, bareRequests, connections, 201));
            Duration before = bridge.cpu();
            through.add(Load.run(toBridge, enrollments, connections, 200));
            cpu.add(bridge.cpu().minus(before).toMillis() / (double) requests);
            ratios.add(last(through).perSecond() / last(bare).perSecond());
            System.err.printf(
                    "%d connections, round %d: bare %.0f/s, bridge %.0f/s%n",
                    connections, round, last(bare).perSecond(), last(through).perSecond());
        }
        return new Row(
                connections,
                median(bare),
                median(through),
                medianOf(ratios),
                medianOf(cpu),
                bridge.residentMebibytes());
    }

    private List<HttpRequest> bareRequests(int count) throws Exception {
        List<HttpRequest> requests = new ArrayList<>(count);
        URI sign = stepCa.url().resolve("/1.0/sign");
        for (int i = 0; i < count; i++) {
            String device = "bare-" + devices++;
            requests.add(post(
                    sign, Map.of("csr", CsrBuilder.forDevice(device).pem(), "ott", mint.token(device))));
        }
        return requests;
    }

    private List<HttpRequest> enrollments(int count) throws Exception {
        List<HttpRequest> requests = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String device = "device-" + devices++;
            requests.add(post(
                    bridge.url().resolve("/devices/" + device + "/enroll"),
                    Map.of(
                            "csr_pem", CsrBuilder.forDevice(device).pem(),
                            "wg_public_key", seeded.peerKey().base64())));
        }
        return requests;
    }

    private static HttpRequest post(URI uri, Map<String, String> body) throws Exception {
        return HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    private static Measured median(List<Measured> rounds) {
        return new Measured(
                medianOf(rounds.stream().map(Measured::perSecond).toList()),
                medianOf(rounds.stream().map(Measured::medianMillis).toList()),
                medianOf(rounds.stream().map(Measured::p99Millis).toList()));
    }

    private static double medianOf(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void write(List<Row> rows, Path directory) throws Exception {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("java", Runtime.version().toString());
        result.put("processors", Runtime.getRuntime().availableProcessors());
        result.put("rows", rows);
        Files.write(directory.resolve("enrollment.json"), JSON.writeValueAsBytes(result));
        StringBuilder table = new StringBuilder();
        table.append("| connections | step-ca alone | p50 / p99 | through the bridge | p50 / p99 | ratio |"
                + " bridge CPU each | bridge memory |\n|---|---|---|---|---|---|---|---|\n");
        for (Row row : rows) {
            table.append(String.format(
                    "| %d | %.0f/s | %.1f / %.1f ms | %.0f/s | %.1f / %.1f ms | **%.2f** | %.2f ms | %d MiB |%n",
                    row.connections(),
                    row.bare().perSecond(),
                    row.bare().medianMillis(),
                    row.bare().p99Millis(),
                    row.bridge().perSecond(),
                    row.bridge().medianMillis(),
                    row.bridge().p99Millis(),
                    row.ratio(),
                    row.bridgeCpuMillis(),
                    row.bridgeMebibytes()));
        }
        Files.writeString(directory.resolve("enrollment.md"), table);
        System.out.print(table);
    }
}
