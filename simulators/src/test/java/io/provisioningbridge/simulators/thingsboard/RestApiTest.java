package io.provisioningbridge.simulators.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.testkit.fixture.DeviceKey;
import io.provisioningbridge.testkit.fixture.SelfSigned;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API's answers, as they were observed. */
class RestApiTest {

    private final InstalledPlatform platform =
            new InstalledPlatform("device-profile-managed.json", URI.create("http://127.0.0.1:9/nobody"));

    RestApiTest() throws IOException {}

    @AfterEach
    void close() {
        platform.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
                    none                  | 401 | Authentication failed        | 10
                    Bearer nonsense       | 401 | Invalid username or password | 10
                    ApiKey tb_nonsense    | 401 | Invalid username or password | 10
                    """)
    void wrongTokenShouldBeRefused(@Nullable String header, int status, String message, int errorCode)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(platform.simulator.url() + "/api/tenant/devices?deviceName=x"));
        if (header != null) {
            request.header("X-Authorization", header);
        }
        assertError(send(request), status, message, errorCode);
    }

    @Test
    void tokensShouldExpireAndRefreshTokensBeNoTokens() throws Exception {
        JsonNode tokens = login();
        assertThat(asked("Bearer " + tokens.path("token").asText()).statusCode())
                .isEqualTo(404);
        HttpResponse<byte[]> refreshAsToken =
                asked("Bearer " + tokens.path("refreshToken").asText());
        assertThat(refreshAsToken.statusCode()).isEqualTo(500);
        platform.simulator.expireAccessTokens();

        assertError(asked("Bearer " + tokens.path("token").asText()), 401, "Token has expired", 11);
    }

    @Test
    void requestsAboveTheLimitShouldBeRefusedWithoutRetryAfter() {
        platform.simulator.limitRequests(1);
        assertThat(get("/api/auth/user").statusCode()).isEqualTo(200);

        HttpResponse<byte[]> refused = get("/api/auth/user");
        assertError(refused, 429, "Too many requests for current tenant!", 33);
        assertThat(refused.headers().firstValue("Retry-After")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"name":"dev-1"}  | 400 | Device with such name already exists!  | 31
                    {"name":""}       | 400 | Device name should be specified!       | 31
                    {"name":"a<b>"}   | 400 | Validation error: name is malformed    | 31
                    """)
    void wrongDeviceShouldBeRefused(String body, int status, String message, int errorCode) {
        platform.post("/api/device", Json.object().put("name", "dev-1"));

        assertError(post("/api/device", body), status, message, errorCode);
    }

    @Test
    void malformedJsonShouldBeAnsweredWith500() {
        HttpResponse<byte[]> response = post("/api/device", "{\"name\":");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(text(response)).contains("JSON parse error").contains("\"errorCode\":2");
    }

    @Test
    void deviceWithTheCertificateOfAnotherShouldNotBeMade() {
        var certificate = SelfSigned.certificate(DeviceKey.p256(), "dev-1");
        platform.createDevice("dev-1", certificate);
        ObjectNode body = Json.object();
        body.putObject("device").put("name", "dev-2");
        body.putObject("credentials")
                .put("credentialsType", Credential.X509)
                .put("credentialsValue", Credential.text(certificate));

        assertError(
                post("/api/device-with-credentials", body.toString()),
                400,
                "Device credentials are already assigned to another device!",
                31);
        assertError(get("/api/tenant/devices?deviceName=dev-2"), 404, "Requested item wasn't found!", 32);
    }

    @Test
    void staleVersionsShouldConflict() {
        String id = platform.createDevice("dev-1", SelfSigned.certificate(DeviceKey.p256(), "dev-1"));
        ObjectNode device = (ObjectNode) platform.get("/api/device/" + id);
        ObjectNode credentials = (ObjectNode) platform.get("/api/device/" + id + "/credentials");
        platform.post("/api/device", device);
        platform.post("/api/device/credentials", credentials);

        assertError(post("/api/device", device.toString()), 409, "Device was already changed by someone else", 35);
        assertError(
                post("/api/device/credentials", credentials.toString()),
                409,
                "Entity was already changed by someone else",
                35);
    }

    @Test
    void staleVersionsOfProfileAndRuleChainShouldConflict() {
        ObjectNode profile = (ObjectNode) platform.get("/api/deviceProfile/" + platform.profileId);
        String chainId = profile.path("defaultRuleChainId").path("id").asText();
        ObjectNode chain = (ObjectNode) platform.get("/api/ruleChain/" + chainId + "/metadata");
        platform.post("/api/deviceProfile", profile);
        platform.post("/api/ruleChain/metadata", chain);

        assertThat(post("/api/deviceProfile", profile.toString()).statusCode()).isEqualTo(409);
        assertThat(post("/api/ruleChain/metadata", chain.toString()).statusCode())
                .isEqualTo(409);
    }

    @Test
    void savedNodesShouldKeepTheirIdsAndTheRestNodeBeUpgraded() {
        JsonNode profile = platform.get("/api/deviceProfile/" + platform.profileId);
        String chainId = profile.path("defaultRuleChainId").path("id").asText();
        JsonNode saved = platform.get("/api/ruleChain/" + chainId + "/metadata");
        assertThat(saved.path("nodes").path(7).path("configurationVersion").asInt())
                .isEqualTo(4);

        JsonNode again = platform.post("/api/ruleChain/metadata", saved);
        assertThat(again.path("nodes")).isEqualTo(saved.path("nodes"));
        assertThat(saved.path("nodes").path(0).path("id").path("id").asText()).isNotEmpty();
    }

    @Test
    void credentialsWithoutIdShouldBeRefused() {
        String id = platform.createDevice("dev-1", SelfSigned.certificate(DeviceKey.p256(), "dev-1"));
        ObjectNode credentials = (ObjectNode) platform.get("/api/device/" + id + "/credentials");
        credentials.remove("id");

        assertError(
                post("/api/device/credentials", credentials.toString()),
                400,
                "Credentials for this device are already specified!",
                31);
    }

    @Test
    void anythingShouldBeStoredAsACertificate() {
        String id = platform.createDevice("dev-1", SelfSigned.certificate(DeviceKey.p256(), "dev-1"));
        ObjectNode credentials = (ObjectNode) platform.get("/api/device/" + id + "/credentials");

        assertThat(platform.post("/api/device/credentials", credentials.put("credentialsValue", "not a certificate"))
                        .path("version")
                        .asInt())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
                    "0123456789"            | 123456789
                    "1.10"                  | 1.1
                    "12345678901234567890"  | "12345678901234567890"
                    "sn:0123"               | "sn:0123"
                    "10.8.0.2"              | "10.8.0.2"
                    "1e5"                   | "1e5"
                    true                    | true
                    {"a":1}                 | {"a":1}
                    """)
    void textThatLooksLikeANumberShouldBecomeOne(String sent, String stored) {
        String path = attributes(device());
        assertThat(post(path + "/SERVER_SCOPE", "{\"x\":" + sent + "}").statusCode())
                .isEqualTo(200);

        JsonNode read = platform.get(path + "/values/attributes/SERVER_SCOPE?keys=x,y");
        assertThat(read).hasSize(1);
        assertThat(read.path(0).path("value").toString()).isEqualTo(stored);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
                    SERVER_SCOPE | {      | Invalid JSON
                    SERVER_SCOPE | []     | Request is not a JSON object
                    SERVER_SCOPE | {}     | No attributes data found in request body!
                    CLIENT_SCOPE | {"x":1}| Invalid scope: CLIENT_SCOPE
                    """)
    void wrongAttributesShouldBeRefusedInPlainText(String scope, String body, String message) {
        HttpResponse<byte[]> response = post(attributes(device()) + "/" + scope, body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(text(response)).isEqualTo(message);
    }

    @Test
    void attributesOfNoDeviceShouldBeRefusedInPlainText() {
        HttpResponse<byte[]> response = post(attributes(UUID.randomUUID().toString()) + "/SERVER_SCOPE", "{\"x\":1}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(text(response)).isEqualTo("Device with requested id wasn't found!");
    }

    @Test
    void nullAttributeShouldBeAnsweredWith500() {
        assertError(post(attributes(device()) + "/SERVER_SCOPE", "{\"x\":null}"), 500, "Can't parse value: null", 2);
    }

    private String device() {
        return platform.createDevice("dev-1", SelfSigned.certificate(DeviceKey.p256(), "dev-1"));
    }

    private static String attributes(String deviceId) {
        return "/api/plugins/telemetry/DEVICE/" + deviceId;
    }

    private JsonNode login() throws IOException {
        String body = Json.object()
                .put("username", platform.simulator.user())
                .put("password", platform.simulator.password())
                .toString();
        return Json.parse(post("/api/auth/login", body).body());
    }

    private HttpResponse<byte[]> asked(String authorization) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(platform.simulator.url() + "/api/tenant/devices?deviceName=x"))
                .header("X-Authorization", authorization));
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> post(String path, String body) {
        return platform.send("POST", path, BodyPublishers.ofString(body));
    }

    private HttpResponse<byte[]> get(String path) {
        return platform.send("GET", path, BodyPublishers.noBody());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static void assertError(HttpResponse<byte[]> response, int status, String message, int errorCode) {
        assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
        try {
            JsonNode body = Json.parse(response.body());
            assertThat(body.path("status").asInt()).isEqualTo(status);
            assertThat(body.path("message").asText()).isEqualTo(message);
            assertThat(body.path("errorCode").asInt()).isEqualTo(errorCode);
            assertThat(body.path("timestamp").isIntegralNumber()).isTrue();
        } catch (IOException e) {
            throw new AssertionError(text(response), e);
        }
    }
}
