package io.provisioningbridge.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Pem;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

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
        for (int i = 0; i < 150; i++) {
            activity.unknown("stranger", "CONNECT_EVENT");
        }

        ObjectNode answer = (ObjectNode) operators.get("/webhook");
        assertThat(answer.remove("unknown_devices")).hasSize(100);
        assertThat(answer.toString())
                .isEqualTo(
                        "{\"since\":\"2026-11-23T10:00:00Z\",\"accepted\":2,\"refused\":1,\"unreadable\":1,\"unknown\":150}");
    }

    @Test
    void callsAboutUnknownDevicesShouldBeALineAMinuteTogether() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(WebhookActivity.class);
        log.start();
        logger.addAppender(log);
        try {
            for (int i = 0; i < 5; i++) {
                activity.unknown("stranger-" + i, "CONNECT_EVENT");
            }
            operators.parts.clock.tick(LinePerMinute.BETWEEN_LINES);
            activity.unknown("stranger-5", "ENTITY_DELETED");
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list).hasSize(2);
        assertThat(log.list.get(0).getFormattedMessage()).contains("knows: 1 since", "CONNECT_EVENT of stranger-0");
        assertThat(log.list.get(1).getFormattedMessage()).contains("knows: 5 since", "ENTITY_DELETED of stranger-5");
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
