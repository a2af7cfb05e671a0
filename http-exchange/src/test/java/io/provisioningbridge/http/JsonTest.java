package io.provisioningbridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"ü\"}", "[]", "{}", " {\"a\":[1,2]}\n"})
    void objectsAndArraysShouldBeRead(String text) {
        byte[] written = Json.bytes(Json.parse(utf8(text)).orElseThrow());

        assertThat(new String(written, StandardCharsets.UTF_8)).isEqualTo(text.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "1", "\"text\"", "null", "{", "{} {}", "{}x", "<html>", "\0"})
    void anythingElseShouldBeNothing(String text) {
        assertThat(Json.parse(utf8(text))).isEmpty();
    }

    @Test
    void depthShouldBeBounded() {
        assertThat(Json.parse(utf8("[".repeat(64) + "]".repeat(64)))).isPresent();
        assertThat(Json.parse(utf8("[".repeat(65) + "]".repeat(65)))).isEmpty();
        assertThat(Json.parse(utf8("[".repeat(1_000_000)))).isEmpty();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
