package io.provisioningbridge.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.provisioningbridge.app.TokenFile;
import io.provisioningbridge.core.domain.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/** What the operator of the demo does, over the same API as everybody's. */
final class DemoOperator {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI url;
    private final Secret token;
    private final HttpClient client = HttpClient.newHttpClient();

    DemoOperator(int adminPort, Path dataDirectory) throws IOException {
        this.url = URI.create("http://127.0.0.1:" + adminPort);
        this.token = TokenFile.read(TokenFile.ofOperator(dataDirectory));
    }

    JsonNode device(String id) throws IOException, InterruptedException {
        return JSON.readTree(send(request("/devices/" + id).GET()));
    }

    void allow(String id, String keySha256) throws IOException, InterruptedException {
        String body = JSON.writeValueAsString(Map.of("key_sha256", keySha256));
        String answer = send(request("/devices/" + id + "/allow-reenrollment")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
        JSON.readTree(answer);
    }

    void decommission(String id, String reason) throws IOException, InterruptedException {
        String answer = send(request("/devices/" + id + "?reason=" + reason).DELETE());
        JSON.readTree(answer);
    }

    /** What its receipt says, as it is now. */
    JsonNode receipt(String id) throws IOException, InterruptedException {
        String[] signed = send(request("/devices/" + id + "/receipt").GET()).split("\\.", -1);
        return JSON.readTree(Base64.getUrlDecoder().decode(signed[1]));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url.resolve(path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token.reveal());
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException("the operator was answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }
}
