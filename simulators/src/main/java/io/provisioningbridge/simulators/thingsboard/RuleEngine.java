package io.provisioningbridge.simulators.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.simulators.thingsboard.RuleChain.Call;
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
import javax.net.ssl.SSLContext;

/**
 * Takes each event through its device's rule chain to the REST nodes. An event that fails is tried again as its queue would, and
 * holds up all others of its partition meanwhile. Nothing survives a restart, as with the in-memory queue. Safe for concurrent
 * use.
 */
final class RuleEngine implements AutoCloseable {

    private static final int PARTITIONS = 10;

    private final Timing timing;
    private final Function<String, Optional<RuleChain>> chainOfProfile;
    private final List<ExecutorService> partitions = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** @param chainOfProfile what events of a profile's devices run through */
    RuleEngine(Timing timing, Function<String, Optional<RuleChain>> chainOfProfile) {
        this.timing = timing;
        this.chainOfProfile = chainOfProfile;
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(Executors.newSingleThreadExecutor());
        }
    }

    /** From now on webhooks are called by what this trusts. */
    void trust(SSLContext context) {
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
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
            List<Call> failed = failed(callsFor(event));
            for (int attempt = 1; !failed.isEmpty(); attempt++) {
                if (attempt >= attempts(failed) || isClosedAfterPause()) {
                    return;
                }
                failed = failed(callsFor(event));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Call> callsFor(Event event) {
        return chainOfProfile
                .apply(event.profileId())
                .map(chain -> chain.callsFor(event))
                .orElse(List.of());
    }

    /** Those of them that failed, and whose failure nothing in the chain takes care of. */
    private List<Call> failed(List<Call> calls) throws InterruptedException {
        List<Call> failed = new ArrayList<>();
        for (Call call : calls) {
            if (!succeeds(call) && !call.failureIsHandled()) {
                failed.add(call);
            }
        }
        return failed;
    }

    private boolean isClosedAfterPause() throws InterruptedException {
        return closing.await(timing.retryPause().toMillis(), TimeUnit.MILLISECONDS);
    }

    private boolean succeeds(Call call) throws InterruptedException {
        JsonNode configuration = call.configuration();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(configuration.path("restEndpointUrlPattern").asText()))
                .timeout(timing.processingTimeout())
                .POST(BodyPublishers.ofByteArray(Json.bytes(call.body())));
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

    private static int attempts(List<Call> calls) {
        return calls.stream().mapToInt(call -> attempts(call.queue())).max().orElse(1);
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
