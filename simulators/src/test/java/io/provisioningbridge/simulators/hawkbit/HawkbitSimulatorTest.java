package io.provisioningbridge.simulators.hawkbit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What hawkBit 1.1.0 answers otherwise than 0.3.0M7, as observed at a genuine one. */
class HawkbitSimulatorTest {

    private static final String TARGETS = "/rest/v1/targets";
    private static final String LOGIN =
            "Basic " + Base64.getEncoder().encodeToString("bridge:secret".getBytes(StandardCharsets.UTF_8));
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final HawkbitSimulator hawkbit = HawkbitSimulator.start("bridge", "secret", new Random(3));

    @AfterEach
    void stop() {
        hawkbit.close();
    }

    @Test
    void singleObjectShouldBeTakenForAnArray() throws Exception {
        HttpResponse<String> answer = send("POST", TARGETS, "{\"controllerId\":\"dev-1\"}");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(json(answer).path(0).path("controllerId").asText()).isEqualTo("dev-1");
    }

    @Test
    void unknownTypeOfTargetShouldBeWhatIsMissing() throws Exception {
        HttpResponse<String> answer = send("POST", TARGETS, "[{\"controllerId\":\"dev-1\",\"targetType\":7}]");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer).path("errorCode").asText()).isEqualTo("hawkbit.server.error.repo.entityNotFound");
        assertThat(json(answer).at("/info/type").asText()).isEqualTo("TargetType");
        assertThat(json(answer).at("/info/entityId").asText()).isEqualTo("7");
    }

    @Test
    void missingTargetShouldBeNamed() throws Exception {
        HttpResponse<String> answer = send("GET", TARGETS + "/dev-1", "");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer).at("/info/type").asText()).isEqualTo("Target");
        assertThat(json(answer).at("/info/entityId").asText()).isEqualTo("dev-1");
    }

    @Test
    void attributesThatAreNotAskedForShouldBeRefusedWithoutAWord() throws Exception {
        send("POST", TARGETS, "[{\"controllerId\":\"dev-1\",\"requestAttributes\":false}]");
        assertThat(json(send("GET", TARGETS + "/dev-1", ""))
                        .path("requestAttributes")
                        .asBoolean())
                .as("ignored when it is made")
                .isTrue();

        HttpResponse<String> answer = send("PUT", TARGETS + "/dev-1", "{\"requestAttributes\":false}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void removalShouldHaveNoContentAndTheNextOneFindNothing() throws Exception {
        send("POST", TARGETS, "[{\"controllerId\":\"dev-1\"}]");

        assertThat(send("DELETE", TARGETS + "/dev-1", "").statusCode()).isEqualTo(204);
        assertThat(send("DELETE", TARGETS + "/dev-1", "").statusCode()).isEqualTo(404);
    }

    @Test
    void targetThatIsThereShouldBeSpeltRight() throws Exception {
        send("POST", TARGETS, "[{\"controllerId\":\"dev-1\"}]");

        HttpResponse<String> answer = send("POST", TARGETS, "[{\"controllerId\":\"dev-1\"}]");

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(json(answer).path("errorCode").asText()).isEqualTo("hawkbit.server.error.repo.entityAlreadyExists");
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(hawkbit.url() + path))
                        .header("Authorization", LOGIN)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }
}
