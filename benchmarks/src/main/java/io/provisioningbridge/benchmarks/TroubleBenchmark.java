package io.provisioningbridge.benchmarks;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.provisioningbridge.adapter.stepca.CertificateFingerprint;
import io.provisioningbridge.core.domain.Pem;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Enrollments while hawkBit and ThingsBoard are in trouble, beside those of a bridge that has neither of them: interleaved, in one
 * run, on one machine. Each bridge is a process of its own with SQLite and the embedded CA. The ratio is the figure.
 */
public final class TroubleBenchmark {

    private static final String USAGE = """
            usage: LAUNCHER [REQUESTS [WARM_UP]]
              LAUNCHER  the script ./bridge
              REQUESTS  in a round (1000)
              WARM_UP   enrollments at each bridge before its first round (5000)
            """;
    private static final int ROUNDS = 3;
    private static final int CONNECTIONS = 32;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** A bridge under load, and who sends to it. */
    private record Site(BridgeUnderLoad bridge, HttpClient client, Enrollments enrollments) implements AutoCloseable {

        static Site start(Path launcher, Map<String, String> outside) throws Exception {
            Path directory = Files.createTempDirectory("bridge-benchmark-");
            Map<String, String> environment = Enrollments.configuration(Map.of("BRIDGE_CA", "embedded"));
            environment.putAll(outside);
            BridgeUnderLoad bridge = BridgeUnderLoad.start(launcher, directory, environment);
            CertificateFingerprint root = CertificateFingerprint.of(
                    Pem.parseCertificates(Files.readString(directory.resolve("data/ca/root.crt")))
                            .orThrow()
                            .get(0));
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(bridge.trust(root))
                    .build();
            return new Site(bridge, client, new Enrollments(bridge.url(), 5));
        }

        Measured enroll(int count) throws Exception {
            return Load.run(client, enrollments.next(count), CONNECTIONS, 200);
        }

        @Override
        public void close() {
            bridge.close();
        }
    }

    /** What a round gave; or the medians of several, each figure by itself. */
    private record Round(Measured without, Measured with, double ratio) {

        static Round median(List<Round> rounds) {
            return new Round(
                    Measured.median(rounds.stream().map(Round::without).toList()),
                    Measured.median(rounds.stream().map(Round::with).toList()),
                    Measured.median(rounds, Round::ratio));
        }
    }

    /** One line of the result. */
    private record Row(String trouble, Round median, List<Round> rounds) {}

    private TroubleBenchmark() {}

    /** @param args as in {@link #USAGE} */
    public static void main(String[] args) throws Exception {
        if (args.length < 1 || args.length > 3) {
            System.err.print(USAGE);
            System.exit(2);
        }
        Path launcher = Path.of(args[0]).toAbsolutePath();
        int requests = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
        int warmUp = args.length > 2 ? Integer.parseInt(args[2]) : 5000;
        AmazonCorrettoCryptoProvider.install();
        List<Row> rows = new ArrayList<>();
        try (Site plain = Site.start(launcher, Map.of())) {
            plain.enroll(warmUp);
            for (Trouble trouble : Trouble.values()) {
                rows.add(row(launcher, plain, trouble, requests, warmUp));
            }
        }
        write(rows, requests, warmUp);
    }

    private static Row row(Path launcher, Site plain, Trouble trouble, int requests, int warmUp) throws Exception {
        List<Round> rounds = new ArrayList<>();
        try (Trouble.Place system = trouble.begin();
                Site troubled = Site.start(launcher, outside(system))) {
            troubled.enroll(warmUp);
            for (int number = 1; number <= ROUNDS; number++) {
                Measured without = plain.enroll(requests);
                Measured with = troubled.enroll(requests);
                Round round = new Round(without, with, with.perSecond() / without.perSecond());
                rounds.add(round);
                System.err.printf(
                        "%s, round %d: without %.0f/s, with %.0f/s%n",
                        trouble, number, without.perSecond(), with.perSecond());
            }
        }
        return new Row(trouble.toString(), Round.median(rounds), rounds);
    }

    private static Map<String, String> outside(Trouble.Place system) {
        return Map.of(
                "HAWKBIT_URL", system.url(),
                "HAWKBIT_USER", "bridge",
                "HAWKBIT_PASSWORD", "benchmark",
                "THINGSBOARD_URL", system.url(),
                "THINGSBOARD_API_KEY", "tb_benchmark");
    }

    private static void write(List<Row> rows, int requests, int warmUp) throws Exception {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("java", Runtime.version().toString());
        result.put("processors", Runtime.getRuntime().availableProcessors());
        result.put("connections", CONNECTIONS);
        result.put("requests", requests);
        result.put("warmUp", warmUp);
        result.put("rows", rows);
        StringBuilder table =
                new StringBuilder("| hawkBit and ThingsBoard | enrollments without them | p50 / p99 | with them"
                        + " | p50 / p99 | ratio |\n|---|---|---|---|---|---|\n");
        for (Row row : rows) {
            Round median = row.median();
            table.append(String.format(
                    "| %s | %s | %s | **%.2f** |%n", row.trouble(), median.without(), median.with(), median.ratio()));
        }
        Files.write(Path.of("trouble.json"), JSON.writeValueAsBytes(result));
        Files.writeString(Path.of("trouble.md"), table);
        System.out.print(table);
    }
}
