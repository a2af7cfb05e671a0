package io.provisioningbridge.simulators.thingsboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    private volatile ObjectNode chain = Json.object();
    private final RuleEngine engine = new RuleEngine(
            new Timing(Duration.ofMillis(50), Duration.ofSeconds(2)), profile -> Optional.of(new RuleChain(chain)));

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
        chain = chainOn(queue);
        engine.accept(event("device-1", "device-1"));

        for (int i = 0; i < calls; i++) {
            assertThat(receiver.next(LONG)).isPresent();
        }
        assertThat(receiver.next(SHORT)).isEmpty();
    }

    @Test
    void eventOfHighPriorityShouldBlockItsPartitionUntilItIsTaken() throws InterruptedException {
        receiver.answer(401);
        chain = chainOn("HighPriority");
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
        chain = chainOn("HighPriority");
        engine.accept(event("device-1", "device-1"));
        assertThat(receiver.next(LONG)).isPresent();
        chain = Json.object();
        while (receiver.next(SHORT).isPresent()) {
            assertThat(chain).isEmpty();
        }
        receiver.answer(202);
        chain = chainOn("HighPriority");
        engine.accept(event("device-1", "later"));

        assertThat(receiver.next(LONG).map(Call::body)).contains("{\"deviceName\":\"later\"}");
    }

    @Test
    void failureThatIsTakenCareOfShouldCountAsSuccess() throws InterruptedException {
        receiver.answer(503);
        ObjectNode handled = chainOn("HighPriority");
        connect(handled, 2, 0, "Failure");
        chain = handled;
        engine.accept(event("device-1", "device-1"));

        assertThat(receiver.next(LONG)).isPresent();
        assertThat(receiver.next(SHORT)).isEmpty();
    }

    @Test
    void eventShouldGoOnlyWhereConnectionsLead() throws InterruptedException {
        ObjectNode unconnected = chainOn("HighPriority");
        unconnected.putArray("connections");
        connect(unconnected, 0, 1, "Entity Deleted");
        connect(unconnected, 1, 2, "Success");
        chain = unconnected;
        engine.accept(event("device-1", "device-1"));

        assertThat(receiver.next(SHORT)).isEmpty();
    }

    private static Event event(String deviceId, String name) {
        ObjectNode data = Json.object().put("deviceName", name);
        return new Event(deviceId, "profile", "CONNECT_EVENT", "Connect Event", data, Json.object());
    }

    /** The switch, a checkpoint for the queue, the REST node. */
    private ObjectNode chainOn(String queue) {
        ObjectNode metadata = Json.object().put("firstNodeIndex", 0);
        ArrayNode nodes = metadata.putArray("nodes");
        nodes.addObject().put("type", "org.thingsboard.rule.engine.filter.TbMsgTypeSwitchNode");
        nodes.addObject()
                .put("type", "org.thingsboard.rule.engine.flow.TbCheckpointNode")
                .put("queueName", queue);
        nodes.addObject()
                .put("type", "org.thingsboard.rule.engine.rest.TbRestApiCallNode")
                .putObject("configuration")
                .put("restEndpointUrlPattern", receiver.url().toString());
        connect(metadata, 0, 1, "Connect Event");
        connect(metadata, 1, 2, "Success");
        return metadata;
    }

    private static void connect(ObjectNode metadata, int from, int to, String relation) {
        metadata.withArray("connections")
                .addObject()
                .put("fromIndex", from)
                .put("toIndex", to)
                .put("type", relation);
    }
}
