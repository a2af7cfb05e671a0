package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.app.http.RawHttp.Answer;
import io.provisioningbridge.core.ProvisioningBridge;
import io.provisioningbridge.core.domain.AddressPools;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.testkit.fixture.CsrBuilder;
import io.provisioningbridge.testkit.fixture.Seeded;
import io.provisioningbridge.testkit.memory.InMemoryCertificateAuthority;
import io.provisioningbridge.testkit.memory.InMemoryDeviceStore;
import io.provisioningbridge.testkit.memory.InMemoryTunnelConfigWriter;
import io.provisioningbridge.testkit.memory.InMemoryTunnelPeers;
import io.provisioningbridge.testkit.memory.SimpleCsrReader;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent: never a 5xx, and whatever is refused is refused by a problem document. The same seed, the same bytes. */
class FuzzTest {

    private static final int ROUNDS = 300;
    private static final String[] WORDS = {
        "csr_pem",
        "wg_public_key",
        "device_name",
        "",
        "\\u0000",
        "\\ud800",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "null",
        "true",
        "-",
        "1e9999",
        "\u0000",
        "\u00ff\u00fe",
        "\r\n",
        "\n",
        " ",
        "/",
        "..",
        "%2e",
        "%2F",
        "%",
        ";",
        "?",
        "#",
        "//",
        "HTTP/1.1",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "Host: a",
        "health",
        "pki",
        "roots",
        "devices",
        "enroll"
    };

    private final InMemoryCertificateAuthority authority = new InMemoryCertificateAuthority(InstantSource.system());
    private final InMemoryDeviceStore store =
            new InMemoryDeviceStore(AddressPools.parse("10.0.0.0/8").orThrow());
    private final ProvisioningBridge bridge = ProvisioningBridge.builder()
            .store(store)
            .workQueue(store.workQueue())
            .authority(authority)
            .csrReader(new SimpleCsrReader())
            .tunnelConfigWriter(new InMemoryTunnelConfigWriter())
            .tunnelPeers(new InMemoryTunnelPeers())
            .build();

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.of(TestServer.loopback(), bridge::enroll, authority::authorities);
    }

    @AfterEach
    void stop() {
        server.close();
        bridge.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_261_123, -7})
    void mutatedRequestsShouldNeverBeOurFault(long seed) throws Exception {
        Random random = new Random(seed);
        int answers = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String request = mutated(random, request(random, body(random)));
            answers += check(request, seed, round) ? 1 : 0;
        }
        assertThat(answers).as("most of it is HTTP enough to be answered").isGreaterThan(ROUNDS / 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 31, -99})
    void properRequestsWithMutatedContentShouldAlwaysBeAnswered(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            String body = mutated(random, body(random));
            assertThat(check(request(random, body), seed, round)).as(body).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 17})
    void wrongContentInProperJsonShouldBe422(long seed) throws Exception {
        Seeded seeded = new Seeded(seed);
        byte[] der = CsrBuilder.forDevice("dev-001").der();
        for (int round = 0; round < ROUNDS; round++) {
            String csr = Pem.of("CERTIFICATE REQUEST", seeded.mutated(der));
            String id = seeded.deviceId().text();
            ObjectNode body = Json.object().put("csr_pem", csr);

            assertThat(server.enroll(id, body.toString()).statusCode())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(422);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void wrongIdsShouldBe4xx(long seed) throws Exception {
        Seeded seeded = new Seeded(seed);
        for (int round = 0; round < ROUNDS; round++) {
            String id = URLEncoder.encode(seeded.wrongDeviceId(), StandardCharsets.UTF_8);
            String body = Json.object().put("csr_pem", "x").toString();

            Answer answer = RawHttp.exchange(server.port(), post(id, body));

            assertThat(answer.status()).as("id %s", id).isBetween(400, 422);
        }
    }

    /** @return whether there was an answer; a connection that is closed without one is none */
    private boolean check(String request, long seed, int round) throws IOException {
        Answer answer;
        try (RawHttp client = new RawHttp(server.port())) {
            client.send(request);
            client.finish();
            answer = client.read();
        } catch (IOException closed) {
            return false;
        }
        assertThat(answer.status())
                .as("seed %d, round %d: %s -> %s", seed, round, request, answer.body())
                .isBetween(200, 505)
                .isNotIn(500, 502, 503);
        assertThat(answer.header("X-Request-Id")).isNotEmpty();
        if (answer.status() >= 400) {
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
        return true;
    }

    private static String request(Random random, String body) {
        return switch (random.nextInt(5)) {
            case 0 -> "GET /pki/roots/" + words(random) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            case 1 -> "GET /" + words(random) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            default -> post("dev-" + random.nextInt(10), body);
        };
    }

    private static String post(String id, String body) {
        return "POST /devices/" + id
                + "/enroll HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String body(Random random) {
        ObjectNode body = Json.object()
                .put(
                        "csr_pem",
                        random.nextBoolean()
                                ? "x"
                                : CsrBuilder.forDevice("dev-1").pem());
        if (random.nextBoolean()) {
            body.put("wg_public_key", words(random));
        }
        if (random.nextBoolean()) {
            body.put("device_name", words(random));
        }
        return body.toString();
    }

    private static String words(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    private static String mutated(Random random, String text) {
        StringBuilder result = new StringBuilder(text);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(result.length() + 1);
            int to = Math.min(result.length(), at + random.nextInt(8));
            switch (random.nextInt(4)) {
                case 0 -> result.insert(at, WORDS[random.nextInt(WORDS.length)]);
                case 1 -> result.delete(at, to);
                case 2 -> result.insert(at, result.substring(at, to));
                default -> result.insert(at, (char) random.nextInt(256));
            }
        }
        return result.toString();
    }
}
