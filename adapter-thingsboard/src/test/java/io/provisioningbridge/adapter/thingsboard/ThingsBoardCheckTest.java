package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.adapter.thingsboard.ThingsBoardCheck.Finding;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThingsBoardCheckTest {

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
            attachChain(platform, REST, CHECKPOINT);

            assertThat(new ThingsBoardCheck(platform.settings()).findings()).isEmpty();
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
        attachChain(platform, REST, CHECKPOINT);
        ThingsBoardSettings settings = platform.settings();

        assertThat(new ThingsBoardCheck(ThingsBoardSettings.of(
                                settings.url(), settings.login(), ThingsBoardMode.MANAGED, settings.profile()))
                        .findings())
                .containsExactly(Finding.PROFILE_OF_ANOTHER_MODE);
    }

    @Test
    void profileThatCreatesDevicesShouldBeFound() {
        SimulatedPlatform platform = platform(ThingsBoardMode.CHAIN, true);
        attachChain(platform, REST, CHECKPOINT);

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

    private static void attachChain(SimulatedPlatform platform, String... types) {
        JsonNode chain = platform.post("/api/ruleChain", Json.object().put("name", "chain"));
        ObjectNode metadata = Json.object();
        metadata.set("ruleChainId", chain.path("id"));
        for (String type : types) {
            metadata.withArray("nodes").addObject().put("type", type).put("queueName", "HighPriority");
        }
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
