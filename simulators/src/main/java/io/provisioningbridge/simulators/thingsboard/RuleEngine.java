package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Calls the REST node of a device's rule chain for each event. An event that fails is tried again as its queue would, and
 * holds up all others of its partition meanwhile. Nothing survives a restart, as with the in-memory queue. Safe for concurrent
 * use.
 */
final class RuleEngine implements AutoCloseable {

    private static final int PARTITIONS = 10;
    private static final String REST_NODE = "TbRestApiCallNode";
    private static final String CHECKPOINT_NODE = "TbCheckpointNode";

    private final Timing timing;
    private final Function<String, Optional<JsonNode>> nodesOfProfile;
    private final List<ExecutorService> partitions = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** @param attempts how often an event is tried */
    private record Webhook(JsonNode configuration, int attempts) {}

    /** @param nodesOfProfile the nodes of the chain that events of a profile's devices run through */
    RuleEngine(Timing timing, Function<String, Optional<JsonNode>> nodesOfProfile) {
        this.timing = timing;
        this.nodesOfProfile = nodesOfProfile;
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(Executors.newSingleThreadExecutor());
        }
    }

    void accept(Event event) {
        if (closing.getCount() > 0) {
            partitions
                    .get(Math.floorMod(event.deviceId().hashCode(), PARTITIONS))
                    .execute(() -> process(event));
        }
    }

    /** The chain is read anew for each attempt: whoever corrects it lets go what is stuck. */
    private void process(Event event) {
        try {
            Optional<Webhook> webhook = webhook(event.profileId());
            for (int attempt = 1; webhook.isPresent() && !succeeds(webhook.get(), event); attempt++) {
                if (attempt >= webhook.get().attempts() || isClosedAfterPause()) {
                    return;
                }
                webhook = webhook(event.profileId());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosedAfterPause() throws InterruptedException {
        return closing.await(timing.retryPause().toMillis(), TimeUnit.MILLISECONDS);
    }

    private boolean succeeds(Webhook webhook, Event event) throws InterruptedException {
        JsonNode configuration = webhook.configuration();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(configuration.path("restEndpointUrlPattern").asText()))
                .timeout(timing.processingTimeout())
                .POST(BodyPublishers.ofByteArray(Json.bytes(event.body())));
        configuration
                .path("headers")
                .properties()
                .forEach(header ->
                        request.setHeader(header.getKey(), header.getValue().asText()));
        try {
            int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
            return status >= 200 && status < 300;
        } catch (IOException failed) {
            return false;
        }
    }

    /** Empty where the chain has no REST node. */
    private Optional<Webhook> webhook(String profileId) {
        return nodesOfProfile.apply(profileId).flatMap(nodes -> {
            String queue = node(nodes, CHECKPOINT_NODE)
                    .map(node -> node.path("queueName").asText())
                    .orElse("Main");
            return node(nodes, REST_NODE).map(node -> new Webhook(node.path("configuration"), attempts(queue)));
        });
    }

    private static Optional<JsonNode> node(JsonNode nodes, String type) {
        for (JsonNode node : nodes) {
            if (node.path("type").asText().endsWith("." + type)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /** Main skips what fails, the sequential queue gives up after three retries, the one for high priority never. */
    private static int attempts(String queue) {
        return switch (queue) {
            case "HighPriority" -> Integer.MAX_VALUE;
            case "SequentialByOriginator" -> 4;
            default -> 1;
        };
    }

    @Override
    public void close() {
        closing.countDown();
        partitions.forEach(ExecutorService::shutdownNow);
    }
}
