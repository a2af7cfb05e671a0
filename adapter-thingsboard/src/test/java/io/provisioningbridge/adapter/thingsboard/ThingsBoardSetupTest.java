package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.provisioningbridge.adapter.thingsboard.SetupStep.Action;
import io.provisioningbridge.core.domain.Pem;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.testkit.server.CertificateHierarchy;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThingsBoardSetupTest {

    private static final String PROFILE = "fresh \"profile\" & name";
    private static final Webhook WEBHOOK =
            Webhook.below(URI.create("https://bridge.example.com/prefix/"), new Secret("the-secret-of-the-webhook"));
    private static final X509Certificate AUTHORITY =
            CertificateHierarchy.of("Another Root", "Another Issuing").issuing();

    private final SimulatedPlatform platform = SimulatedPlatform.managed();

    @AfterEach
    void close() {
        platform.close();
    }

    @ParameterizedTest
    @EnumSource
    void freshInstallShouldBeTheShippedFiles(ThingsBoardMode mode) throws IOException {
        ThingsBoardSetup setup = setup(mode, PROFILE);
        List<SetupStep> plan = setup.plan();

        assertThat(setup.install()).isEqualTo(plan);

        assertThat(plan).extracting(SetupStep::action).containsExactly(Action.CREATE, Action.CREATE);
        JsonNode profile = profile(PROFILE);
        JsonNode chain = metadata(profile);
        ObjectNode wantedProfile = shipped(
                mode == ThingsBoardMode.CHAIN ? "device-profile-chain.json" : "device-profile-managed.json",
                profile.path("defaultRuleChainId").path("id").asText());
        wantedProfile.set("id", profile.path("id"));
        assertThat(profile).isEqualTo(wantedProfile.put("version", 1));
        assertThat(withoutWhatTheServerAdds(chain))
                .isEqualTo(
                        withoutWhatTheServerAdds(shipped("rule-chain.json", "").path("metadata")));
        assertThat(check(mode, PROFILE)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void secondInstallShouldChangeNothing(ThingsBoardMode mode) {
        setup(mode, PROFILE).install();
        JsonNode profile = profile(PROFILE);
        JsonNode chain = metadata(profile);

        assertThat(setup(mode, PROFILE).install()).isEmpty();

        assertThat(profile(PROFILE)).isEqualTo(profile);
        assertThat(metadata(profile)).isEqualTo(chain);
    }

    @Test
    void planShouldSendNothingButQuestions() {
        setup(ThingsBoardMode.MANAGED, PROFILE).install();
        breakEverything(profile(PROFILE));
        AtomicInteger writes = new AtomicInteger();
        platform.simulator.interfere((method, path, exchange) -> {
            if (!method.equals("GET")) {
                writes.incrementAndGet();
            }
            return false;
        });

        assertThat(setup(ThingsBoardMode.MANAGED, PROFILE).plan()).hasSize(2);
        assertThat(setup(ThingsBoardMode.MANAGED, "not installed").plan()).hasSize(2);
        assertThat(writes).hasValue(0);
        platform.simulator.stopInterfering();
        assertThat(setup(ThingsBoardMode.MANAGED, PROFILE).install()).hasSize(2);
    }

    @Test
    void driftedChainShouldBeRepairedAndTheOperatorsOwnKept() {
        setup(ThingsBoardMode.MANAGED, PROFILE).install();
        breakEverything(profile(PROFILE));
        List<SetupStep> plan = setup(ThingsBoardMode.MANAGED, PROFILE).plan();

        assertThat(setup(ThingsBoardMode.MANAGED, PROFILE).install()).isEqualTo(plan);

        assertThat(plan.get(0).details())
                .containsExactlyInAnyOrder(
                        "adds the node 'Add deviceId'",
                        "'Connect body' gets its tbelScript back",
                        "'my webhook' calls https://bridge.example.com/prefix/webhooks/thingsboard instead of"
                                + " http://old.example.com/webhooks/thingsboard",
                        "'my webhook' sends other headers, the secret among them",
                        "puts 'Retry queue' on the queue HighPriority instead of Main",
                        "connects 'Is connect event' to 'Add deviceId' on True",
                        "connects 'Add deviceId' to 'Connect body' on Success",
                        "disconnects 'mine' from the failure of 'my webhook', which ended the repeating");
        assertThat(plan.toString()).doesNotContain("the-secret-of-the-webhook").doesNotContain("old-secret");
        assertThat(check(ThingsBoardMode.MANAGED, PROFILE)).isEmpty();
        JsonNode chain = metadata(profile(PROFILE));
        JsonNode webhook = node(chain, "my webhook").path("configuration");
        assertThat(webhook.path("headers").path("X-Mine").asText()).isEqualTo("kept");
        assertThat(webhook.path("readTimeoutMs").asInt()).isEqualTo(1234);
        assertThat(node(chain, "mine").path("configuration").path("jsScript").asText())
                .isEqualTo("mine");
        assertThat(chain.path("connections").toString()).contains("\"type\":\"my relation\"");
        assertThat(node(chain, "Notify provisioning bridge").isMissingNode()).isTrue();
        assertThat(setup(ThingsBoardMode.MANAGED, PROFILE).plan()).isEmpty();
    }

    @Test
    void profileOfTheOperatorShouldBeGivenTheChainAndKeepTheRest() {
        ObjectNode own = Json.object()
                .put("name", PROFILE)
                .put("provisionType", "ALLOW_CREATE_NEW_DEVICES")
                .put("defaultQueueName", "mine");
        own.putObject("profileData").put("alarms", "mine").putNull("provisionConfiguration");
        platform.post("/api/deviceProfile", own);

        assertThat(setup(ThingsBoardMode.CHAIN, PROFILE).install()).hasSize(2);

        assertThat(check(ThingsBoardMode.CHAIN, PROFILE)).isEmpty();
        assertThat(profile(PROFILE).path("defaultQueueName").asText()).isEqualTo("mine");
        assertThat(profile(PROFILE).path("profileData").path("alarms").asText()).isEqualTo("mine");
    }

    @Test
    void modeShouldBeSwitchedAndCreatingDevicesSwitchedOff() {
        setup(ThingsBoardMode.CHAIN, PROFILE).install();
        ObjectNode profile = profile(PROFILE);
        ObjectNode provision = (ObjectNode) profile.path("profileData").path("provisionConfiguration");
        provision.put("allowCreateNewDevicesByX509Certificate", true);
        provision.put("provisionDeviceSecret", Pem.of(AUTHORITY).replace("\n", ""));
        platform.post("/api/deviceProfile", profile);

        assertThat(setup(ThingsBoardMode.CHAIN, PROFILE).install())
                .singleElement()
                .satisfies(step -> assertThat(step.details()).containsExactly("makes no devices by itself"));
        assertThat(check(ThingsBoardMode.CHAIN, PROFILE)).isEmpty();

        assertThat(setup(ThingsBoardMode.MANAGED, PROFILE).install()).hasSize(1);
        assertThat(check(ThingsBoardMode.MANAGED, PROFILE)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void installThatBrokeOffShouldBeCompletedWithoutASecondChain(BreakingOff where) {
        platform.simulator.interfere(
                (method, path, exchange) -> method.equals("POST") && path.equals(where.path) && answer(exchange, 503));
        assertThat(catchThrowableOfType(
                        BackendUnavailableException.class,
                        () -> setup(ThingsBoardMode.MANAGED, PROFILE).install()))
                .isNotNull();
        platform.simulator.stopInterfering();

        setup(ThingsBoardMode.MANAGED, PROFILE).install();

        assertThat(check(ThingsBoardMode.MANAGED, PROFILE)).isEmpty();
        assertThat(platform.get("/api/ruleChains?pageSize=10&page=0")
                        .path("totalElements")
                        .asInt())
                .isEqualTo(1);
    }

    /** Which request is not answered. */
    enum BreakingOff {
        RULE_CHAIN("/api/ruleChain"),
        METADATA("/api/ruleChain/metadata"),
        PROFILE("/api/deviceProfile");

        private final String path;

        BreakingOff(String path) {
            this.path = path;
        }
    }

    @Test
    void chainOfAnotherBridgeShouldBeLeftAlone() {
        Webhook other = Webhook.below(URI.create("https://other.example.com"), new Secret("the-other-secret"));
        ThingsBoardSetup.managed(settings(ThingsBoardMode.MANAGED, "other bridge"), other)
                .install();
        JsonNode before = metadata(profile("other bridge"));

        setup(ThingsBoardMode.MANAGED, PROFILE).install();

        assertThat(metadata(profile("other bridge"))).isEqualTo(before);
        assertThat(profile(PROFILE).path("defaultRuleChainId"))
                .isNotEqualTo(profile("other bridge").path("defaultRuleChainId"));
    }

    @Test
    void changeThatIsOvertakenShouldBeMadeAgain() {
        setup(ThingsBoardMode.MANAGED, PROFILE).install();
        breakEverything(profile(PROFILE));
        AtomicBoolean chainOvertaken = new AtomicBoolean();
        AtomicBoolean profileOvertaken = new AtomicBoolean();
        platform.simulator.interfere((method, path, exchange) -> {
            boolean ours = exchange.getRequestHeaders().getFirst(SimulatedPlatform.PAST_THE_ADAPTER) == null;
            if (ours
                    && method.equals("POST")
                    && path.endsWith("/metadata")
                    && chainOvertaken.compareAndSet(false, true)) {
                platform.post("/api/ruleChain/metadata", metadata(profile(PROFILE)));
            }
            if (ours
                    && method.equals("POST")
                    && path.endsWith("/deviceProfile")
                    && profileOvertaken.compareAndSet(false, true)) {
                platform.post("/api/deviceProfile", profile(PROFILE).put("description", "changed meanwhile"));
            }
            return false;
        });

        setup(ThingsBoardMode.MANAGED, PROFILE).install();

        assertThat(chainOvertaken).isTrue();
        assertThat(profileOvertaken).isTrue();
        assertThat(check(ThingsBoardMode.MANAGED, PROFILE)).isEmpty();
        assertThat(profile(PROFILE).path("description").asText()).isEqualTo("changed meanwhile");
    }

    @Test
    void chainWithoutASwitchShouldBeRefusedAndKept() {
        setup(ThingsBoardMode.MANAGED, PROFILE).install();
        ObjectNode chain = metadata(profile(PROFILE));
        chain.putArray("nodes").addObject().put("type", "org.example.MyNode").put("name", "mine");
        chain.putArray("connections");
        platform.post("/api/ruleChain/metadata", chain);
        JsonNode before = metadata(profile(PROFILE));

        BackendRefusedException refusal = catchThrowableOfType(
                BackendRefusedException.class,
                () -> setup(ThingsBoardMode.MANAGED, PROFILE).install());

        assertThat(refusal).hasMessageContaining("has no message type switch");
        assertThat(metadata(profile(PROFILE))).isEqualTo(before);
    }

    @Test
    void authorityOfAnotherProfileShouldBeNamed() {
        setup(ThingsBoardMode.CHAIN, "first").install();

        BackendRefusedException refusal = catchThrowableOfType(
                BackendRefusedException.class,
                () -> setup(ThingsBoardMode.CHAIN, "second").install());

        assertThat(refusal).hasMessageContaining("another device profile").hasMessageContaining("same CA certificate");
    }

    @Test
    void whatThingsBoardDoesNotKeepShouldBeSaid() {
        setup(ThingsBoardMode.MANAGED, PROFILE).install();
        breakEverything(profile(PROFILE));
        platform.simulator.interfere((method, path, exchange) -> method.equals("POST") && answer(exchange, 200));

        BackendRefusedException refusal = catchThrowableOfType(
                BackendRefusedException.class,
                () -> setup(ThingsBoardMode.MANAGED, PROFILE).install());

        assertThat(refusal).hasMessageContaining("did not keep it").hasMessageContaining("Retry queue");
        assertThat(refusal.getMessage()).doesNotContain("the-secret-of-the-webhook");
    }

    /** Everything that an operator may do to a chain and a profile by hand, at once. */
    private void breakEverything(ObjectNode profile) {
        ObjectNode chain = metadata(profile);
        ((ObjectNode) node(chain, "Retry queue")).put("queueName", "Main");
        ((ObjectNode) node(chain, "Add deviceId")).put("name", "mine").put("type", "org.example.MyNode");
        ((ObjectNode) node(chain, "mine")).putObject("configuration").put("jsScript", "mine");
        ((ObjectNode) node(chain, "Connect body").path("configuration")).put("tbelScript", "return {msg: msg};");
        ObjectNode rest = (ObjectNode) node(chain, "Notify provisioning bridge");
        ((ObjectNode) rest.put("name", "my webhook").path("configuration"))
                .put("restEndpointUrlPattern", "http://old.example.com/webhooks/thingsboard")
                .put("readTimeoutMs", 1234);
        ((ObjectNode) rest.path("configuration").path("headers"))
                .put("X-Webhook-Secret", "old-secret")
                .put("X-Mine", "kept");
        chain.putArray("connections");
        shipped("rule-chain.json", "").path("metadata").path("connections").forEach(connection -> {
            if (connection.path("fromIndex").asInt() != 4
                    && connection.path("toIndex").asInt() != 4) {
                chain.withArray("connections").add(connection);
            }
        });
        connect(chain, 7, 4, "Failure");
        connect(chain, 4, 1, "my relation");
        platform.post("/api/ruleChain/metadata", chain);
        profile.put("provisionType", "ALLOW_CREATE_NEW_DEVICES");
        platform.post("/api/deviceProfile", profile);
    }

    private static void connect(ObjectNode chain, int from, int to, String relation) {
        chain.withArray("connections")
                .addObject()
                .put("fromIndex", from)
                .put("toIndex", to)
                .put("type", relation);
    }

    private static boolean answer(HttpExchange exchange, int status) throws IOException {
        byte[] body = "{\"id\":{\"id\":\"x\"}}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
        return true;
    }

    private ThingsBoardSettings settings(ThingsBoardMode mode, String profile) {
        ThingsBoardSettings settings = platform.settings();
        return ThingsBoardSettings.of(settings.url(), settings.login(), mode, profile);
    }

    private ThingsBoardSetup setup(ThingsBoardMode mode, String profile) {
        ThingsBoardSettings settings = settings(mode, profile);
        return mode == ThingsBoardMode.CHAIN
                ? ThingsBoardSetup.chain(settings, WEBHOOK, AUTHORITY)
                : ThingsBoardSetup.managed(settings, WEBHOOK);
    }

    private Iterable<ThingsBoardCheck.Finding> check(ThingsBoardMode mode, String profile) {
        return new ThingsBoardCheck(settings(mode, profile), List.of(WEBHOOK)).findings();
    }

    private ObjectNode profile(String name) {
        for (JsonNode info :
                platform.get("/api/deviceProfileInfos?pageSize=10&page=0").path("data")) {
            if (info.path("name").asText().equals(name)) {
                String id = info.path("id").path("id").asText();
                return (ObjectNode) platform.get("/api/deviceProfile/" + id);
            }
        }
        throw new AssertionError("there is no profile " + name);
    }

    private ObjectNode metadata(JsonNode profile) {
        String id = profile.path("defaultRuleChainId").path("id").asText();
        return (ObjectNode) platform.get("/api/ruleChain/" + id + "/metadata");
    }

    private static JsonNode node(JsonNode chain, String name) {
        for (JsonNode node : chain.path("nodes")) {
            if (node.path("name").asText().equals(name)) {
                return node;
            }
        }
        return Json.object().path("missing");
    }

    /** As in the repository: what was posted to a real server and worked. */
    private static ObjectNode shipped(String file, String chainId) {
        try {
            String text = Files.readString(Path.of("..", "deploy", "thingsboard", file))
                    .replace("@WEBHOOK_URL@", "https://bridge.example.com/prefix/webhooks/thingsboard")
                    .replace("@WEBHOOK_SECRET@", "the-secret-of-the-webhook")
                    .replace("@PROFILE_NAME@", PROFILE.replace("\"", "\\\""))
                    .replace("@RULE_CHAIN_ID@", chainId)
                    .replace("@CA_PEM@", Pem.of(AUTHORITY).replace("\n", "\\n"));
            return (ObjectNode)
                    Json.parse(text.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode withoutWhatTheServerAdds(JsonNode metadata) {
        ObjectNode copy = metadata.deepCopy();
        copy.remove(List.of("ruleChainId", "version"));
        for (JsonNode node : copy.path("nodes")) {
            ((ObjectNode) node).remove(List.of("id", "ruleChainId", "configurationVersion"));
            if (node.path("configuration") instanceof ObjectNode configuration) {
                configuration.remove("requestBodyTemplate");
            }
        }
        return copy;
    }
}
