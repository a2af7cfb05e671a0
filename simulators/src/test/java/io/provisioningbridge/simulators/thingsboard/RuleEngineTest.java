package io.provisioningbridge.simulators.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.provisioningbridge.simulators.thingsboard.WebhookReceiver.Call;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of an event whose webhook fails depends on the queue. */
class RuleEngineTest {

    private static final long LONG = 10_000;
    private static final long SHORT = 700;

    private final WebhookReceiver receiver = new WebhookReceiver();
    private volatile JsonNode nodes = JsonNodeFactory.instance.arrayNode();
    private final RuleEngine engine =
            new RuleEngine(new Timing(Duration.ofMillis(50), Duration.ofSeconds(2)), profile -> Optional.of(nodes));

    RuleEngineTest() throws IOException {}

    @AfterEach
    void close() {
        engine.close();
        receiver.close();
    }

    @ParameterizedTest
    @CsvSource({"Main,1", "SequentialByOriginator,4"})
    void failedEventShouldBeLostAfterSomeCalls(String queue, int calls) throws InterruptedException {
        receiver.answer(503);
        nodes = chain(queue);
        engine.accept(event("device-1", "device-1"));

        for (int i = 0; i < calls; i++) {
            assertThat(receiver.next(LONG)).isPresent();
        }
        assertThat(receiver.next(SHORT)).isEmpty();
    }

    @Test
    void eventOfHighPriorityShouldBlockItsPartitionUntilItIsTaken() throws InterruptedException {
        receiver.answer(401);
        nodes = chain("HighPriority");
        engine.accept(event("device-1", "device-1"));
        engine.accept(event("device-1", "behind"));
        for (int i = 0; i < 6; i++) {
            assertThat(receiver.next(LONG).map(Call::body)).contains("{\"deviceName\":\"device-1\"}");
        }
        receiver.answer(202);

        Optional<Call> call = receiver.next(LONG);
        while (call.isPresent() && call.get().body().contains("device-1")) {
            call = receiver.next(LONG);
        }
        assertThat(call.map(Call::body)).contains("{\"deviceName\":\"behind\"}");
    }

    @Test
    void correctedChainShouldLetGoWhatIsStuck() throws InterruptedException {
        receiver.answer(401);
        nodes = chain("HighPriority");
        engine.accept(event("device-1", "device-1"));
        assertThat(receiver.next(LONG)).isPresent();
        nodes = JsonNodeFactory.instance.arrayNode();
        while (receiver.next(SHORT).isPresent()) {
            assertThat(nodes).isEmpty();
        }
        receiver.answer(202);
        nodes = chain("HighPriority");
        engine.accept(event("device-1", "later"));

        assertThat(receiver.next(LONG).map(Call::body)).contains("{\"deviceName\":\"later\"}");
    }

    private static Event event(String deviceId, String name) {
        return new Event(deviceId, "profile", Json.object().put("deviceName", name));
    }

    private JsonNode chain(String queue) {
        ArrayNode chain = JsonNodeFactory.instance.arrayNode();
        chain.addObject()
                .put("type", "org.thingsboard.rule.engine.flow.TbCheckpointNode")
                .put("queueName", queue);
        chain.addObject()
                .put("type", "org.thingsboard.rule.engine.rest.TbRestApiCallNode")
                .putObject("configuration")
                .put("restEndpointUrlPattern", receiver.url().toString());
        return chain;
    }
}
