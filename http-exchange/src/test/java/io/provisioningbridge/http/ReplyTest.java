package io.provisioningbridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyTest {

    @ParameterizedTest
    @CsvSource({"199,false", "200,true", "299,true", "300,false", "404,false"})
    void successShouldBeA2xx(int status, boolean successful) {
        assertThat(reply(status, Map.of(), "").successful()).isEqualTo(successful);
    }

    @Test
    void messageShouldBeWhatThePeerSays() {
        assertThat(reply("{\"message\":\"no\\nsuch\\tthing\"}").message()).isEqualTo("no such thing");
        assertThat(reply("{\"error\":\"other\"}").message()).isEqualTo("{\"error\":\"other\"}");
        assertThat(reply("Not Found\r\n").message()).isEqualTo("Not Found");
        assertThat(reply("").message()).isEmpty();
    }

    @Test
    void messageShouldBeCutShort() {
        assertThat(reply("x".repeat(300)).message()).isEqualTo("x".repeat(300));
        assertThat(reply("x".repeat(301)).message()).isEqualTo("x".repeat(300) + "…");
    }

    @Test
    void changeOfTheJsonShouldNotChangeTheReply() {
        Reply reply = reply("[1]");
        ((ArrayNode) reply.json().orElseThrow()).add(2);

        assertThat(reply.json().orElseThrow()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"2,2", "0,1", "300,300", "999999,300", "1000000,7", "-1,7", "'Fri, 31 Dec 1999 23:59:59 GMT',7", "'',7"
    })
    void retryAfterShouldBeFiveMinutesAtMost(String header, int seconds) {
        assertThat(reply(503, Map.of("retry-after", List.of(header)), "").retryAfter(Duration.ofSeconds(7)))
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void missingRetryAfterShouldLeaveTheUsualPause() {
        assertThat(reply("").retryAfter(Duration.ofSeconds(7))).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void bodyShouldNotBePrinted() {
        assertThat(reply("secret")).hasToString("Reply[200, 6 bytes]");
    }

    private static Reply reply(String body) {
        return reply(200, Map.of(), body);
    }

    private static Reply reply(int status, Map<String, List<String>> headers, String body) {
        return new Reply(status, HttpHeaders.of(headers, (name, value) -> true), body.getBytes(StandardCharsets.UTF_8));
    }
}
