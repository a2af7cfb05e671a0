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
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What operators see of a bridge. */
final class OperatorView {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Set<String> OUTSIDE = Set.of("platform", "update-server");
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI bridge;
    private final String token;

    OperatorView(URI bridge, String token) {
        this.bridge = bridge;
        this.token = token;
    }

    /**
     * Waits until nothing is behind at ThingsBoard and hawkBit.
     *
     * @throws IOException that takes too long, or something has failed
     */
    void awaitOutsideSystems() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(LONGEST_WAIT);
        while (isBehind()) {
            if (Instant.now().isAfter(end)) {
                throw new IOException("devices are still behind after " + LONGEST_WAIT.toMinutes() + " minutes");
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        JsonNode failed = get("/lanes?state=failed&limit=1").path("lanes");
        if (!failed.isEmpty()) {
            throw new IOException("a lane has failed: " + failed);
        }
    }

    private boolean isBehind() throws IOException, InterruptedException {
        String cursor = "";
        do {
            JsonNode page = get("/lanes?state=due&limit=1000" + cursor);
            for (JsonNode lane : page.path("lanes")) {
                if (OUTSIDE.contains(lane.path("system").asText())) {
                    return true;
                }
            }
            cursor = cursorAfter(page);
        } while (!cursor.isEmpty());
        return false;
    }

    private static String cursorAfter(JsonNode page) {
        String next = page.path("next_cursor").asText("");
        return next.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }

    /** How many devices are in this state. */
    int devices(String state) throws IOException, InterruptedException {
        int count = 0;
        String cursor = "";
        do {
            JsonNode page = get("/devices?limit=1000&state=" + state + cursor);
            count += page.path("devices").size();
            cursor = cursorAfter(page);
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
