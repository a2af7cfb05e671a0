package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Exchanges with ThingsBoard, each bounded in time and size. Redirects are not followed, and certificates are always verified.
 * Safe for concurrent use.
 *
 * <p>HTTP/1.1: over HTTP/2 all requests would share one connection and be lost with it, and JDK 17 fails every request in
 * flight when a proxy says GOAWAY.
 */
final class Transport {

    /** A page of a thousand devices has about 1 KiB for each. */
    private static final int MAX_BODY = 4 * 1024 * 1024;

    private final ThingsBoardSettings settings;
    private final String base;
    private final HttpClient client;

    Transport(ThingsBoardSettings settings) {
        this.settings = settings;
        String url = settings.url().toString();
        this.base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout());
        if (!settings.trusted().isEmpty()) {
            builder.sslContext(trusting(settings.trusted()));
        }
        this.client = builder.build();
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
        CompletableFuture<HttpResponse<byte[]>> call = client.sendAsync(request, BoundedBody.ofAtMost(MAX_BODY));
        try {
            HttpResponse<byte[]> response = call.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
            return new Reply(response.statusCode(), response.headers(), response.body());
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while ThingsBoard was asked", Effect.POSSIBLE);
        } catch (TimeoutException e) {
            call.cancel(true);
            throw new BackendUnavailableException(
                    where + " did not answer within " + settings.deadline().toSeconds() + " s", Effect.POSSIBLE);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BoundedBody.TooLarge tooLarge) {
                throw new BackendUnavailableException(where + ": " + tooLarge.getMessage(), Effect.POSSIBLE, e);
            }
            Effect effect = e.getCause() instanceof ConnectException ? Effect.NONE : Effect.POSSIBLE;
            throw new BackendUnavailableException(where + ": " + Failures.inWords(e.getCause()), effect);
        }
    }

    private static SSLContext trusting(List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK can trust a certificate", e);
        }
    }
}
