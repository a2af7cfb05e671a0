package io.provisioningbridge.benchmarks;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.adapter.stepca.FingerprintTrust;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.server.StepCaProvisioner;
import io.provisioningbridge.testkit.server.StepCaServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * Enrollments through the bridge beside bare {@code POST /1.0/sign} at the same step-ca: interleaved, in one run, on one
 * machine. Requests and tokens are made beforehand. The ratio is the figure; the rates depend on the machine.
 */
public final class EnrollmentBenchmark {

    private static final String USAGE = """
            usage: LAUNCHER [REQUESTS [WARM_UP [CONNECTIONS]]]
              LAUNCHER     the script ./bridge
              REQUESTS     in a round (1000)
              WARM_UP      enrollments before the first round (30000)
              CONNECTIONS  separated by commas (1,8,32)
            """;
    private static final int ROUNDS = 3;
    private static final String PASSWORD = "benchmark";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final StepCaServer stepCa;
    private final BridgeUnderLoad bridge;
    private final HttpClient toStepCa;
    private final HttpClient toBridge;
    private final TokenMint mint;
    private final Enrollments enrollments;
    private int bareDevices;

    private EnrollmentBenchmark(StepCaServer stepCa, BridgeUnderLoad bridge) throws Exception {
        this.stepCa = stepCa;
        this.bridge = bridge;
        CertificateFingerprint root = new CertificateFingerprint(stepCa.rootFingerprint());
        this.toStepCa = client(FingerprintTrust.ofStepCa(stepCa.url(), root, Duration.ofSeconds(10))
                .context());
        this.toBridge = client(bridge.trust(root));
        this.enrollments = new Enrollments(bridge.url(), 4);
        this.mint = TokenMint.open(stepCa.url(), toStepCa, PASSWORD);
    }

    /**
     * What a round gave; or the medians of several, each figure by itself.
     *
     * @param ratio of the rates. With others at work on the machine it comes out too high: three processes get more of it than two
     * @param cpuRatio what a bare signature costs all processes, by what an enrollment does; the same as {@code ratio} where
     *     nothing is idle and nobody else at work
     */
    private record Round(Measured bare, Measured bridge, double ratio, double cpuRatio, double bridgeCpuMillis) {

        static Round median(List<Round> rounds) {
            return new Round(
                    Measured.median(rounds.stream().map(Round::bare).toList()),
                    Measured.median(rounds.stream().map(Round::bridge).toList()),
                    Measured.median(rounds, Round::ratio),
                    Measured.median(rounds, Round::cpuRatio),
                    Measured.median(rounds, Round::bridgeCpuMillis));
        }
    }

    /** One line of the result. */
    private record Row(int connections, Round median, List<Round> rounds) {}

    /** @param args as in {@link #USAGE} */
    public static void main(String[] args) throws Exception {
        if (args.length < 1 || args.length > 4) {
            System.err.print(USAGE);
            System.exit(2);
        }
        Path launcher = Path.of(args[0]).toAbsolutePath();
        int requests = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        int warmUp = args.length > 2 ? Integer.parseInt(args[2]) : 30_000;
        List<Integer> connections = Stream.of((args.length > 3 ? args[3] : "1,8,32").split(",", -1))
                .map(Integer::valueOf)
                .toList();
        // Only to make the requests faster.
        AmazonCorrettoCryptoProvider.install();
        Path directory = Files.createTempDirectory("bridge-benchmark-");
        try (StepCaServer stepCa = StepCaServer.oneIntermediate(StepCaProvisioner.of("benchmark", PASSWORD));
                BridgeUnderLoad bridge = BridgeUnderLoad.start(launcher, directory, environment(stepCa))) {
            EnrollmentBenchmark benchmark = new EnrollmentBenchmark(stepCa, bridge);
            benchmark.warmUp(warmUp);
            List<Row> rows = new ArrayList<>();
            for (int each : connections) {
                rows.add(benchmark.row(each, requests));
            }
            write(rows, bridge.peakMebibytes(), warmUp);
        }
    }

    private static Map<String, String> environment(StepCaServer stepCa) {
        return Enrollments.configuration(Map.of(
                "STEP_CA_URL",
                stepCa.url().toString(),
                "STEP_CA_FINGERPRINT",
                stepCa.rootFingerprint(),
                "STEP_CA_PROVISIONER_NAME",
                "benchmark",
                "STEP_CA_PROVISIONER_PASSWORD",
                PASSWORD));
    }

    private static HttpClient client(SSLContext trust) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trust)
                .build();
    }

    /** In parts, because step-ca takes no token that is older than five minutes. */
    private void warmUp(int devices) throws Exception {
        System.err.println("warming up ...");
        int part = 1000;
        for (int done = 0; done < devices; done += part) {
            Load.run(toStepCa, bareRequests(part / 4), 8, 201);
            Load.run(toBridge, enrollments.next(part), 32, 200);
        }
    }

    private Row row(int connections, int requests) throws Exception {
        List<Round> rounds = new ArrayList<>();
        for (int number = 1; number <= ROUNDS; number++) {
            List<HttpRequest> bareRequests = bareRequests(requests);
            List<HttpRequest> prepared = enrollments.next(requests);
            Duration before = ofAllProcesses();
            Measured bare = Load.run(toStepCa, bareRequests, connections, 201);
            Duration between = ofAllProcesses();
            Duration bridgeBefore = bridge.cpu();
            Measured through = Load.run(toBridge, prepared, connections, 200);
            double cpuMillis = bridge.cpu().minus(bridgeBefore).toMillis() / (double) requests;
            double cpuRatio = between.minus(before).toMillis()
                    / (double) ofAllProcesses().minus(between).toMillis();
            rounds.add(new Round(bare, through, through.perSecond() / bare.perSecond(), cpuRatio, cpuMillis));
            System.err.printf(
                    "%d connections, round %d: bare %.0f/s, bridge %.0f/s, by CPU time %.2f, %.2f ms CPU%n",
                    connections, number, bare.perSecond(), through.perSecond(), cpuRatio, cpuMillis);
        }
        return new Row(connections, Round.median(rounds), rounds);
    }

    /** CPU time of the load generator, step-ca and the bridge so far. */
    private static Duration ofAllProcesses() {
        ProcessHandle self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private List<HttpRequest> bareRequests(int count) throws Exception {
        List<HttpRequest> requests = new ArrayList<>(count);
        URI sign = stepCa.url().resolve("/1.0/sign");
        for (int i = 0; i < count; i++) {
            String device = "bare-" + bareDevices++;
            requests.add(Enrollments.post(
                    sign, Map.of("csr", CsrBuilder.forDevice(device).pem(), "ott", mint.token(device))));
        }
        return requests;
    }

    private static void write(List<Row> rows, long peakMebibytes, int warmUp) throws Exception {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("java", Runtime.version().toString());
        result.put("processors", Runtime.getRuntime().availableProcessors());
        result.put("warmUp", warmUp);
        result.put("bridgePeakMebibytes", peakMebibytes);
        result.put("rows", rows);
        StringBuilder table =
                new StringBuilder("| connections | step-ca alone | p50 / p99 | through the bridge | p50 / p99"
                        + " | ratio | by CPU time | bridge CPU each |\n|---|---|---|---|---|---|---|---|\n");
        for (Row row : rows) {
            Round median = row.median();
            table.append(String.format(
                    "| %d | %s | %s | **%.2f** | %.2f | %.2f ms |%n",
                    row.connections(),
                    median.bare(),
                    median.bridge(),
                    median.ratio(),
                    median.cpuRatio(),
                    median.bridgeCpuMillis()));
        }
        table.append(String.format("%nPeak memory of the bridge (resident): %d MiB.%n", peakMebibytes));
        Files.write(Path.of("enrollment.json"), JSON.writeValueAsBytes(result));
        Files.writeString(Path.of("enrollment.md"), table);
        System.out.print(table);
    }
}
