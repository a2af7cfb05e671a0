package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.app.http.RawHttp.Answer;
import io.provisioningbridge.core.enrollment.EnrollmentResult;
import io.provisioningbridge.core.enrollment.RefusalReason;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes from clients that mean no good, or know no better. The use case refuses whatever reaches it with 422. */
class HostileRequestTest {

    private static final String CLOSE = "Host: bridge\r\nConnection: close\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.of(request -> switch (request.deviceId()) {
            case "throws" -> throw new IllegalStateException("jdbc:secret");
            case "overflows" -> throw new StackOverflowError("jdbc:secret");
            default -> new EnrollmentResult.Refused(RefusalReason.CSR_UNREADABLE, "reached", Optional.empty());
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                raw(400, "GET /../etc/passwd HTTP/1.1\r\n" + CLOSE),
                raw(400, "GET /%2e%2e/etc/passwd HTTP/1.1\r\n" + CLOSE),
                raw(400, "GET /pki/roots/..%2f..%2fetc HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices/a%2fb/enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices//enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices/a%00b/enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices/a%0d%0aX:y/enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices/a%ffb/enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices/a%zzb/enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices/a;b=c/enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "GET /pki/roots/;% HTTP/1.1\r\n" + CLOSE),
                raw(400, "POST /devices/\u00e9/enroll HTTP/1.1\r\n" + CLOSE),
                raw(414, "POST /devices/" + "a".repeat(9_000) + "/enroll HTTP/1.1\r\n" + CLOSE),
                raw(431, "GET /health/live HTTP/1.1\r\n" + CLOSE + "X-Long: " + "a".repeat(9_000) + "\r\n"),
                raw(404, "GET / HTTP/1.1\r\n" + CLOSE),
                raw(404, "GET /nope HTTP/1.1\r\n" + CLOSE),
                raw(404, "GET /Health/Live HTTP/1.1\r\n" + CLOSE),
                raw(404, "OPTIONS * HTTP/1.1\r\n" + CLOSE),
                raw(405, "DELETE /pki/roots HTTP/1.1\r\n" + CLOSE),
                raw(405, "OPTIONS /pki/roots HTTP/1.1\r\n" + CLOSE),
                raw(405, "BREW /pki/roots HTTP/1.1\r\n" + CLOSE),
                raw(405, "GET /devices/a/enroll HTTP/1.1\r\n" + CLOSE),
                raw(400, "CONNECT evil:443 HTTP/1.1\r\n" + CLOSE),
                raw(400, "GET http://evil/health/live HTTP/1.1\r\n" + CLOSE),
                raw(400, "GET /health/live HTTP/1.1\r\n"),
                raw(400, "GET /health/live HTTP/1.1\r\nHost: a b\r\n"),
                raw(400, "GET /health/live HTTP/1.1\r\n" + CLOSE + "Bad Name: x\r\n"),
                raw(400, "GET /health/live HTTP/1.1\r\n" + CLOSE + "A: b\r\n folded\r\n"),
                raw(505, "GET /health/live HTTP/3.0\r\n" + CLOSE),
                raw(426, "PRI * HTTP/2.0\r\n\r\nSM\r\n"),
                raw(400, "nonsense\r\n"),
                raw(400, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n"),
                body(415, "", "{\"csr_pem\":\"\"}"),
                body(415, "Content-Type: text/plain\r\n", "{\"csr_pem\":\"\"}"),
                body(415, "Content-Type: application/json; charset=utf-16\r\n", "{\"csr_pem\":\"\"}"),
                body(415, "Content-Type: application/json;charset=iso-8859-1\r\n", "{\"csr_pem\":\"\"}"),
                body(415, "Content-Type: application/jsonx\r\n", "{\"csr_pem\":\"\"}"),
                body(415, JSON + "Content-Encoding: gzip\r\n", "{\"csr_pem\":\"\"}"),
                body(422, "Content-Type: Application/JSON ; Charset=\"UTF-8\"\r\n", "{\"csr_pem\":\"\"}"),
                body(422, JSON + "Content-Encoding: identity\r\n", "{\"csr_pem\":\"\"}"),
                body(417, JSON + "Expect: a-miracle\r\n", "{\"csr_pem\":\"\"}"),
                body(400, JSON + "Content-Length: 3\r\n", "{\"csr_pem\":\"\"}"),
                body(400, JSON + "Transfer-Encoding: chunked\r\n", "{\"csr_pem\":\"\"}"),
                raw(400, "POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + JSON + "Content-Length: 99\r\n\r\n{"),
                raw(400, "POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + JSON + "Content-Length: -1\r\n"),
                raw(
                        400,
                        "POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + JSON
                                + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
                raw(
                        400,
                        "POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + JSON
                                + "Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n"));
    }

    private static Arguments raw(int status, String text) {
        return Arguments.of(status, text + "\r\n");
    }

    private static Arguments body(int status, String headers, String body) {
        return Arguments.of(
                status,
                "POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + headers + "Content-Length: " + body.length()
                        + "\r\n\r\n" + body);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void everyRefusalShouldBeAProblemDocumentThatTellsNothingOfOurInsides(int status, String request) throws Exception {
        Answer answer;
        try (RawHttp client = new RawHttp(server.port())) {
            client.send(request);
            client.finish();
            answer = client.read();
        }

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertProblem(answer.status(), answer.header("Content-Type"), answer.body());
        assertThat(answer.header("X-Request-Id")).matches("[0-9a-f]{16}");
        assertThat(answer.header("Date")).isNotEmpty();
        assertThat(answer.header("Server") + answer.header("X-Powered-By") + answer.header("Set-Cookie"))
                .isEmpty();
        assertThat(answer.body()).doesNotContainIgnoringCase("jetty").doesNotContain("badMessage");
        if (status == 405) {
            assertThat(answer.header("Allow")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "\"csr_pem\"",
                "[]",
                "[{}]",
                "{",
                "{}}",
                "{} {}",
                "{}x",
                "{'csr_pem':''}",
                "{csr_pem:1}",
                "{\"csr_pem\":1}",
                "{\"csr_pem\":true}",
                "{\"csr_pem\":[]}",
                "{\"csr_pem\":{}}",
                "{\"csr_pem\":\"\",}",
                "{\"csr_pem\":\"\",\"csr_pem\":\"\"}",
                "{\"csr_pem\":\"\",\"x\":{\"a\":1,\"a\":2}}",
                "{\"csr_pem\":\"\",\"wg_public_key\":5}",
                "{\"csr_pem\":\"\",\"device_name\":[]}",
                "{\"csr_pem\":\"\\u0000\"}",
                "{\"csr_pem\":\"\",\"device_name\":\"\\ud800\"}",
                "{\"csr_pem\":\"\u0000\"}",
                "{\"csr_pem\":\"a\nb\"}",
                "{\"csr_pem\":\"\\x\"}",
                "{\"csr_pem\":\"\",\"x\":NaN}",
                "{\"csr_pem\":\"\",\"x\":01}",
                "{\"csr_pem\":\"\"/*c*/}",
                "\ufeff\ufeff{\"csr_pem\":\"\"}"
            })
    void bodyThatIsNotTheExpectedJsonShouldBe400(String json) throws Exception {
        HttpResponse<String> response = server.enroll("a", json);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(TestServer.json(response.body()).path("code").textValue()).isEqualTo("malformed-body");
    }

    @Test
    void bombsShouldBe400() throws Exception {
        for (String bomb : new String[] {
            "{\"csr_pem\":\"\",\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
            "{\"csr_pem\":\"\",\"x\":" + "{\"a\":".repeat(33) + "1" + "}".repeat(33) + "}",
            "{\"csr_pem\":\"\",\"x\":" + "9".repeat(10_000) + "}",
            "{\"csr_pem\":\"\",\"x\":0." + "9".repeat(10_000) + "}",
            "{\"csr_pem\":\"\",\"" + "n".repeat(10_000) + "\":1}"
        }) {
            assertThat(server.enroll("a", bomb).statusCode())
                    .as(bomb.substring(0, 40))
                    .isEqualTo(400);
        }
        assertThat(server.enroll("a", "{\"csr_pem\":\"\",\"x\":1e999999999}").statusCode())
                .as("a number nobody reads costs nothing")
                .isEqualTo(422);
    }

    @Test
    void bodyThatIsNotUtf8ShouldBe400() throws Exception {
        for (byte[] bytes : new byte[][] {
            {'{', '"', (byte) 0xff, '"', ':', '1', '}'},
            {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'},
            {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'},
            "{\"csr_pem\":\"\"}".getBytes(StandardCharsets.UTF_16LE),
            "{\"csr_pem\":\"\"}".getBytes(StandardCharsets.UTF_16BE),
        }) {
            HttpResponse<String> response =
                    server.send(server.enrollment("a", "").POST(BodyPublishers.ofByteArray(bytes)));

            assertThat(response.statusCode()).isEqualTo(400);
        }
    }

    @Test
    void bodyShouldHaveAtMost64KiBHoweverItIsSent() throws Exception {
        String largest = "{\"csr_pem\":\"\"}" + " ".repeat(BodyFirst.MAX_BYTES - 14);

        assertThat(server.enroll("a", largest).statusCode()).isEqualTo(422);
        assertThat(server.enroll("a", largest + " ").statusCode()).isEqualTo(413);
        assertThat(server.enroll("a", largest.repeat(10)).statusCode()).isEqualTo(413);
        assertThat(RawHttp.exchange(
                                server.port(),
                                "POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + JSON
                                        + "Content-Length: 2000000000\r\n\r\n")
                        .status())
                .isEqualTo(413);
        assertThat(RawHttp.exchange(
                                server.port(),
                                "POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + JSON
                                        + "Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n")
                        .status())
                .isEqualTo(413);
        assertThat(chunked(largest)).isEqualTo(422);
        assertThat(chunked(largest + " ")).isEqualTo(413);
        assertThat(chunked(largest.repeat(10))).isEqualTo(413);
    }

    /** A body without a known length is sent in chunks. */
    private static int chunked(String body) throws IOException, InterruptedException {
        HttpResponse<String> response = server.send(
                server.enrollment("a", "").POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(body))));
        if (response.statusCode() == 413) {
            assertProblem(413, response.headers().firstValue("Content-Type").orElse(""), response.body());
        }
        return response.statusCode();
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "overflows"})
    void bugShouldBe500WithoutItsMessage(String id) throws Exception {
        HttpResponse<String> response = server.enroll(id, "{\"csr_pem\":\"\"}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.headers().firstValue("X-Request-Id")).isPresent();
        assertThat(response.body())
                .contains("internal-error")
                .doesNotContain("secret")
                .doesNotContain("Exception");
    }

    @Test
    void requestIdShouldBeTakenOverWhenItIsHarmless() throws Exception {
        assertThat(idOf("X-Request-Id: Batch-7.device_1\r\n")).isEqualTo("Batch-7.device_1");
        assertThat(idOf("X-Request-Id: " + "a".repeat(64) + "\r\n")).isEqualTo("a".repeat(64));
        for (String bad : new String[] {"a b", "a\"b", "a".repeat(65), "", "\u00e9", "a,b"}) {
            assertThat(idOf("X-Request-Id: " + bad + "\r\n")).matches("[0-9a-f]{16}");
        }
        assertThat(idOf("X-Request-Id: a\r\nX-Request-Id: b\r\n")).matches("[0-9a-f]{16}");
    }

    private static String idOf(String header) throws IOException {
        return RawHttp.exchange(server.port(), "GET /health/live HTTP/1.1\r\n" + CLOSE + header + "\r\n")
                .header("X-Request-Id");
    }

    @ParameterizedTest
    @CsvSource({"100, 20000, a pause", "20000, 100, all of it"})
    void bodyThatComesTooSlowlyShouldBe408(long idle, long whole, String why) throws Exception {
        HttpSettings impatient = TestServer.loopback()
                .withLimits(new HttpSettings.Limits(
                        4, Duration.ofMillis(idle), Duration.ofMillis(whole), Duration.ofSeconds(5)));
        try (TestServer quick = TestServer.of(
                        impatient,
                        request -> {
                            throw new AssertionError("the body never came");
                        },
                        List::of);
                RawHttp client = new RawHttp(quick.port())) {
            client.send("POST /devices/a/enroll HTTP/1.1\r\n" + CLOSE + JSON + "Content-Length: 99\r\n\r\n{\"csr");

            Answer answer = client.read();

            assertThat(answer.status()).as(why).isEqualTo(408);
            assertProblem(answer.status(), answer.header("Content-Type"), answer.body());
        }
    }

    private static void assertProblem(int status, String type, String body) throws IOException {
        assertThat(type).isEqualTo("application/problem+json");
        JsonNode problem = TestServer.json(body);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("code").textValue()).isNotBlank();
        assertThat(problem.path("detail").textValue()).isNotBlank();
    }
}
