package io.provisioningbridge.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.app.TokenFile;
import io.provisioningbridge.app.config.ClientConfig;
import io.provisioningbridge.core.domain.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** Asks a running bridge as its operator. Every method ends with an {@link IOException} whose message is for the operator. */
final class OperatorClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PAGE = "500";
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final URI url;
    private final Secret token;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();

    private OperatorClient(URI url, Secret token) {
        this.url = url;
        this.token = token;
    }

    static OperatorClient of(ClientConfig config) throws IOException {
        return new OperatorClient(
                config.url(), config.token().isPresent() ? config.token().get() : tokenIn(config.dataDirectory()));
    }

    private static Secret tokenIn(Path dataDirectory) throws IOException {
        Path file = TokenFile.ofOperator(dataDirectory);
        try {
            return TokenFile.read(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "There is no token: set BRIDGE_OPERATOR_TOKEN, or BRIDGE_DATA_DIR to the bridge's data directory (there"
                            + " is no " + file + ").",
                    e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    file + " may not be read; run this as the user of the bridge, or set BRIDGE_OPERATOR_TOKEN.", e);
        }
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return get(path, Map.of());
    }

    /** @param parameters those with an empty value are left out */
    JsonNode get(String path, Map<String, String> parameters) throws IOException, InterruptedException {
        return parse(send(request(path + query(parameters)).GET()));
    }

    /** An answer that is not JSON. */
    String text(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /**
     * Follows a list page by page.
     *
     * @param list the member the items are in
     * @return an object with all of them in that member
     */
    ObjectNode allPages(String path, String list, Map<String, String> parameters)
            throws IOException, InterruptedException {
        Map<String, String> asked = new TreeMap<>(parameters);
        asked.put("limit", PAGE);
        ObjectNode all = JSON.createObjectNode();
        ArrayNode items = all.putArray(list);
        Optional<String> cursor = Optional.of("");
        while (cursor.isPresent()) {
            asked.put("cursor", cursor.get());
            JsonNode page = get(path, asked);
            page.path(list).forEach(items::add);
            cursor = Optional.ofNullable(page.path("next_cursor").textValue());
        }
        return all;
    }

    /** Posts an object with these members. */
    JsonNode post(String path, Map<String, String> members) throws IOException, InterruptedException {
        String body = JSON.writeValueAsString(members);
        return parse(
                send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body))));
    }

    /** @param parameters those with an empty value are left out */
    JsonNode delete(String path, Map<String, String> parameters) throws IOException, InterruptedException {
        return parse(send(request(path + query(parameters)).DELETE()));
    }

    private static String query(Map<String, String> parameters) {
        String query = parameters.entrySet().stream()
                .filter(parameter -> !parameter.getValue().isEmpty())
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    /** Text as one segment of a path, or a value in a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + token.reveal());
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response;
        try {
            response = client.send(request.build(), BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw new IOException(
                    "There is no bridge at " + url + "; is it running? BRIDGE_ADMIN_URL says where it is.", e);
        } catch (SSLException e) {
            throw new IOException(
                    "The bridge at " + url + " is not trusted: " + e.getMessage()
                            + ". Java must trust its root CA (BRIDGE_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE).",
                    e);
        } catch (IOException e) {
            throw new IOException("The bridge at " + url + " did not answer: " + e, e);
        }
        if (response.statusCode() == 200 || response.statusCode() == 202) {
            return response.body();
        }
        if (response.statusCode() == 401) {
            throw new IOException("The bridge at " + url + " does not know this token; it may have been started with"
                    + " another BRIDGE_OPERATOR_TOKEN or BRIDGE_DATA_DIR.");
        }
        throw new IOException("The bridge answered " + response.statusCode() + ": " + detail(response.body()));
    }

    private JsonNode parse(String body) throws IOException {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IOException("What answers at " + url + " is not a bridge's operator listener.", e);
        }
    }

    private static String detail(String body) {
        try {
            return DeviceTables.text(JSON.readTree(body), "detail");
        } catch (JsonProcessingException notOurs) {
            return "no problem document; what answers may not be a bridge's operator listener";
        }
    }
}
