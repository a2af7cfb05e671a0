package io.provisioningbridge.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** What operators see of a bridge. */
final class OperatorView {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI bridge;
    private final String token;

    OperatorView(URI bridge, String token) {
        this.bridge = bridge;
        this.token = token;
    }

    /** Waits until nothing is behind at any outside system. @throws IOException that takes too long, or something failed */
    void awaitNothingDue() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(LONGEST_WAIT);
        JsonNode due = get("/lanes?state=due&limit=1").path("lanes");
        while (!due.isEmpty()) {
            if (Instant.now().isAfter(end)) {
                throw new IOException("a lane is still due: " + due);
            }
            TimeUnit.MILLISECONDS.sleep(50);
            due = get("/lanes?state=due&limit=1").path("lanes");
        }
        JsonNode failed = get("/lanes?state=failed&limit=1").path("lanes");
        if (!failed.isEmpty()) {
            throw new IOException("a lane has failed: " + failed);
        }
    }

    /** How many devices are in this state. */
    int devices(String state) throws IOException, InterruptedException {
        int count = 0;
        String cursor = "";
        do {
            JsonNode page = get("/devices?limit=1000&state=" + state + cursor);
            count += page.path("devices").size();
            String next = page.path("next_cursor").asText("");
            cursor = next.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        } while (!cursor.isEmpty());
        return count;
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(bridge.resolve(path))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(path + " answered " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }
}
