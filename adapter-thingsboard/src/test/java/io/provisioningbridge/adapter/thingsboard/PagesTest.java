package io.provisioningbridge.adapter.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Json;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is looked for by name may stand behind many whose names contain it. */
class PagesTest {

    private static final int OTHERS = 205;
    private static final URI WEBHOOK = URI.create("https://bridge.example.com/webhooks/thingsboard");

    private final SimulatedPlatform platform = SimulatedPlatform.managed();
    private final RestApi api = new RestApi(platform.settings());
    private final Deadline deadline = Deadline.in(Duration.ofSeconds(30));

    @AfterEach
    void close() {
        platform.close();
    }

    @Test
    void profileShouldBeFoundOnALaterPage() {
        for (int i = 0; i < OTHERS; i++) {
            platform.post(
                    "/api/deviceProfile",
                    Json.object()
                            .put("name", "a-" + SimulatedPlatform.PROFILE + "-" + i)
                            .put("provisionType", "DISABLED"));
        }

        assertThat(new Profile(api, SimulatedPlatform.PROFILE).lookedFor(deadline))
                .isPresent();
        assertThat(new Profile(api, SimulatedPlatform.PROFILE + "-").lookedFor(deadline))
                .isEmpty();
    }

    @Test
    void ruleChainShouldBeFoundOnALaterPage() {
        for (int i = 0; i < OTHERS; i++) {
            platform.post("/api/ruleChain", Json.object().put("name", "a-chain-" + i));
        }
        JsonNode own = platform.post("/api/ruleChain", Json.object().put("name", "chain"));

        assertThat(new RuleChains(api).ownNamed("chain", WEBHOOK, deadline))
                .contains(own.path("id").path("id").asText());
    }
}
