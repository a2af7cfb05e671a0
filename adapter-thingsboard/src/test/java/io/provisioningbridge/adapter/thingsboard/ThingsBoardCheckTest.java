package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardCheck.Finding;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThingsBoardCheckTest {

    private static final Webhook WEBHOOK =
            Webhook.below(URI.create("https://bridge.example.com/prefix"), new Secret("the-present-secret"));
    private static final Webhook OTHER_SECRET = new Webhook(WEBHOOK.url(), new Secret("another-secret-0"));
    private static final String SWITCH = "org.thingsboard.rule.engine.filter.TbMsgTypeSwitchNode";
    private static final String REST = "org.thingsboard.rule.engine.rest.TbRestApiCallNode";
    private static final String CHECKPOINT = "org.thingsboard.rule.engine.flow.TbCheckpointNode";

    private final List<SimulatedPlatform> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(SimulatedPlatform::close);
    }

    @Test
    void installedProfileShouldBeAllRight() {
        for (ThingsBoardMode mode : ThingsBoardMode.values()) {
            SimulatedPlatform platform = platform(mode, false);
            attachChain(platform, CHECKPOINT, REST);

            assertThat(new ThingsBoardCheck(platform.settings()).findings()).isEmpty();
            assertThat(new ThingsBoardCheck(platform.settings(), List.of(OTHER_SECRET, WEBHOOK)).findings())
                    .isEmpty();
        }
    }

    @Test
    void missingProfileShouldBeFound() {
        ThingsBoardSettings settings = platform(ThingsBoardMode.MANAGED, false).settings();

        assertThat(new ThingsBoardCheck(
                                ThingsBoardSettings.of(settings.url(), settings.login(), settings.mode(), "missing"))
                        .findings())
                .containsExactly(Finding.PROFILE_MISSING);
    }

    @Test
    void profileOfAnotherModeShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.CHAIN, false);
        attachChain(platform, CHECKPOINT, REST);
        ThingsBoardSettings settings = platform.settings();

        assertThat(new ThingsBoardCheck(ThingsBoardSettings.of(
                                settings.url(), settings.login(), ThingsBoardMode.MANAGED, settings.profile()))
                        .findings())
                .containsExactly(Finding.PROFILE_OF_ANOTHER_MODE);
    }

    @Test
    void profileThatCreatesDevicesShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.CHAIN, true);
        attachChain(platform, CHECKPOINT, REST);

        assertThat(new ThingsBoardCheck(platform.settings()).findings())
                .containsExactly(Finding.PROFILE_CREATES_DEVICES);
    }

    @Test
    void missingWebhookShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.MANAGED, false);
        assertThat(new ThingsBoardCheck(platform.settings()).findings()).containsExactly(Finding.NO_WEBHOOK);

        attachChain(platform, CHECKPOINT);
        assertThat(new ThingsBoardCheck(platform.settings()).findings()).containsExactly(Finding.NO_WEBHOOK);
    }

    @Test
    void webhookOnAQueueThatForgetsShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.MANAGED, false);
        attachChain(platform, REST);

        assertThat(new ThingsBoardCheck(platform.settings()).findings()).containsExactly(Finding.WEBHOOK_NOT_REPEATED);
    }

    @Test
    void webhookWhoseFailureIsTakenCareOfShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.MANAGED, false);
        ObjectNode chain = chainOf(CHECKPOINT, REST);
        chain.withArray("connections")
                .addObject()
                .put("fromIndex", 2)
                .put("toIndex", 0)
                .put("type", "Failure");
        attachChain(platform, chain);

        assertThat(new ThingsBoardCheck(platform.settings()).findings()).containsExactly(Finding.WEBHOOK_NOT_REPEATED);
    }

    @Test
    void webhookThatNothingLeadsToShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.MANAGED, false);
        ObjectNode chain = chainOf(CHECKPOINT, REST);
        ((ObjectNode) chain.path("connections").path(0)).put("type", "Post telemetry");
        attachChain(platform, chain);

        assertThat(new ThingsBoardCheck(platform.settings()).findings()).containsExactly(Finding.NO_WEBHOOK);
    }

    @Test
    void webhookOfAnotherBridgeShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.MANAGED, false);
        attachChain(platform, CHECKPOINT, REST);
        Webhook other = Webhook.below(URI.create("https://other.example.com"), WEBHOOK.secret());

        assertThat(new ThingsBoardCheck(platform.settings(), List.of(other)).findings())
                .containsExactly(Finding.WEBHOOK_ELSEWHERE);
    }

    @Test
    void webhookWithASecretThatTheBridgeDoesNotAcceptShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.MANAGED, false);
        attachChain(platform, CHECKPOINT, REST);

        assertThat(new ThingsBoardCheck(platform.settings(), List.of(OTHER_SECRET)).findings())
                .containsExactly(Finding.WEBHOOK_SECRET_UNKNOWN);
    }

    @Test
    void wrongCredentialsShouldBeSaid() {
        SimulatedPlatform platform = platform(ThingsBoardMode.MANAGED, false);

        assertThatThrownBy(() -> new ThingsBoardCheck(platform.settingsWithPassword("wrong")).findings())
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("Invalid username or password");
    }

    private SimulatedPlatform platform(ThingsBoardMode mode, boolean createsDevices) {
        SimulatedPlatform platform = new SimulatedPlatform(mode, createsDevices);
        open.add(platform);
        return platform;
    }

    /** The switch, and nodes of these types in a row behind it. */
    private static void attachChain(SimulatedPlatform platform, String... types) {
        attachChain(platform, chainOf(types));
    }

    private static ObjectNode chainOf(String... types) {
        ObjectNode metadata = Json.object().put("firstNodeIndex", 0);
        metadata.withArray("nodes").addObject().put("type", SWITCH);
        for (String type : types) {
            int index = metadata.path("nodes").size();
            metadata.withArray("nodes")
                    .addObject()
                    .put("type", type)
                    .put("queueName", "HighPriority")
                    .putObject("configuration")
                    .put("restEndpointUrlPattern", WEBHOOK.url().toString())
                    .putObject("headers")
                    .put("X-Webhook-Secret", WEBHOOK.secret().reveal());
            metadata.withArray("connections")
                    .addObject()
                    .put("fromIndex", index - 1)
                    .put("toIndex", index)
                    .put("type", index == 1 ? "Connect Event" : "Success");
        }
        return metadata;
    }

    private static void attachChain(SimulatedPlatform platform, ObjectNode metadata) {
        JsonNode chain = platform.post("/api/ruleChain", Json.object().put("name", "chain"));
        metadata.set("ruleChainId", chain.path("id"));
        platform.post("/api/ruleChain/metadata", metadata);
        String profileId = platform.get("/api/deviceProfileInfos?pageSize=10&page=0")
                .path("data")
                .path(0)
                .path("id")
                .path("id")
                .asText();
        ObjectNode profile = (ObjectNode) platform.get("/api/deviceProfile/" + profileId);
        profile.set("defaultRuleChainId", chain.path("id"));
        platform.post("/api/deviceProfile", profile);
    }
}
