package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Exchange;
import io.provisioningbridge.http.Failures;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import io.provisioningbridge.http.Trust;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Exchanges with ThingsBoard, each bounded in time and size. Redirects are not followed, and certificates are always verified.
 * Safe for concurrent use.
 */
final class Transport {

    /** A page of a thousand devices has about 1 KiB for each. */
    private static final int MAX_BODY = 4 * 1024 * 1024;

    private final ThingsBoardSettings settings;
    private final String base;
    private final Exchange exchange;

    Transport(ThingsBoardSettings settings) {
        this.settings = settings;
        String url = settings.url().toString();
        this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        HttpClient.Builder builder = Exchange.client(settings.connectTimeout());
        if (!settings.trusted().isEmpty()) {
            builder.sslContext(Trust.in(settings.trusted()));
        }
        this.exchange = new Exchange(builder.build(), MAX_BODY);
    }

    /** @param path below the base URL, beginning with a slash, query included */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Accept", "application/json");
    }

    /** A request that posts JSON. */
    HttpRequest.Builder posting(String path, JsonNode json) {
        return request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.bytes(json)));
    }

    /**
     * @throws BackendUnavailableException no whole answer came
     */
    Reply exchange(HttpRequest request, Deadline deadline) {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackendUnavailableException("interrupted before ThingsBoard was asked", Effect.NONE);
        }
        String where = request.method() + " " + request.uri().getPath();
        try {
            return exchange.send(request, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while ThingsBoard was asked", Effect.POSSIBLE);
        } catch (TimeoutException e) {
            throw new BackendUnavailableException(
                    where + " did not answer within " + settings.deadline().toSeconds() + " s", Effect.POSSIBLE);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exchange.TooLarge tooLarge) {
                throw new BackendUnavailableException(where + ": " + tooLarge.getMessage(), Effect.POSSIBLE, e);
            }
            Effect effect = e.getCause() instanceof ConnectException ? Effect.NONE : Effect.POSSIBLE;
            throw new BackendUnavailableException(where + ": " + Failures.inWords(e.getCause()), effect);
        }
    }
}
