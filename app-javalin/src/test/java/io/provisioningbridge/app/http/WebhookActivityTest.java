package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookActivityTest {

    private final Operators operators = new Operators();
    private final WebhookActivity activity = operators.parts.webhook;

    @AfterEach
    void close() {
        operators.close();
    }

    @Test
    void callsShouldBeCounted() throws IOException, InterruptedException {
        operators.parts.clock.tick(Duration.ofMinutes(1));
        activity.accepted();
        activity.accepted();
        activity.refused("192.0.2.7");
        activity.unreadable();

        assertThat(operators.get("/webhook").toString())
                .isEqualTo(
                        "{\"since\":\"2026-11-23T10:00:00Z\",\"accepted\":2,\"refused\":1,\"unreadable\":1,\"unknown_devices\":[]}");
    }

    @Test
    void lastUnknownDevicesShouldBeNamedNewestFirst() throws IOException, InterruptedException {
        for (int i = 0; i < 101; i++) {
            activity.unknown("stranger-" + i, "ENTITY_DELETED");
        }
        operators.parts.clock.tick(Duration.ofSeconds(1));
        activity.unknown("a\"b" + "x".repeat(300), "CONNECT_EVENT");

        JsonNode unknown = operators.get("/webhook").path("unknown_devices");
        assertThat(unknown).hasSize(100);
        assertThat(unknown.path(0).path("device_id").asText()).hasSize(255).startsWith("a\"bx");
        assertThat(unknown.path(0).path("event").asText()).isEqualTo("CONNECT_EVENT");
        assertThat(unknown.path(0).path("at").asText()).isEqualTo("2026-11-23T10:00:01Z");
        assertThat(unknown.path(99).path("device_id").asText()).isEqualTo("stranger-2");
    }

    @Test
    void chainShouldBeAnsweredIssuingAuthorityFirst() throws IOException, InterruptedException {
        String pem = operators.tryGet("/pki/chain").body();

        assertThat(Pem.parseCertificates(pem).orThrow()).isEqualTo(operators.parts.authority.authorities());
    }

    @Test
    void strangersShouldBeToldNothing() throws IOException, InterruptedException {
        for (String path : List.of("/webhook", "/pki/chain")) {
            assertThat(operators
                            .send("stranger", operators.server.request(path).GET())
                            .statusCode())
                    .isEqualTo(401);
        }
    }
}
