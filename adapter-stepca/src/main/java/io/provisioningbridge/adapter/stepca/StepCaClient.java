package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Exchange;
import io.provisioningbridge.http.Failures;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges with step-ca over verified connections: each bounded in time and size, and clear about whether the request may
 * have been acted upon. Trust is established by the first exchange that finds the server there. Safe for
 * concurrent use.
 */
final class StepCaClient {

    /** A page of provisioners with long templates is the largest answer there is. */
    private static final int MAX_BODY = 1024 * 1024;

    private final StepCaSettings settings;
    private final CaClock clock;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable Verified verified;
    private volatile String trouble = "";

    private record Verified(X509Certificate anchor, Exchange exchange) {}

    StepCaClient(StepCaSettings settings, InstantSource ours) {
        this.settings = settings;
        this.clock = new CaClock(ours);
    }

    /** The authority's time. */
    CaClock clock() {
        return clock;
    }

    /** Why the last exchange failed on the way; empty when the server answered it. */
    String trouble() {
        return trouble;
    }

    /** The pinned certificate. @throws BackendUnavailableException it is not known yet, and cannot be had now */
    X509Certificate anchor(Deadline deadline) {
        return verified(deadline).anchor();
    }

    /** @throws BackendUnavailableException no whole answer came */
    Reply get(String path, Deadline deadline) {
        HttpRequest request = request(path).GET().build();
        return exchange(request, new TrackedBody(new byte[0]), deadline);
    }

    /**
     * @throws BackendUnavailableException no whole answer came; the effect says whether the request went out
     * @throws BackendRefusedException the answer was larger than any honest one
     */
    Reply post(String path, JsonNode json, Deadline deadline) {
        TrackedBody body = new TrackedBody(Json.bytes(json));
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(body)
                .build();
        return exchange(request, body, deadline);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(Urls.below(settings.url(), path)).header("Accept", "application/json");
    }

    private Reply exchange(HttpRequest request, TrackedBody body, Deadline deadline) {
        Exchange exchange = verified(deadline).exchange();
        try {
            Reply reply = exchange.send(request, deadline);
            trouble = "";
            clock.observe(reply.headers());
            return reply;
        } catch (InterruptedException e) {
            Effect effect = withdrawn(body);
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while step-ca was asked", effect);
        } catch (TimeoutException e) {
            Effect effect = withdrawn(body);
            throw failed(
                    request.uri() + " did not answer within "
                            + settings.deadline().toSeconds() + " s",
                    effect);
        } catch (ExecutionException e) {
            Effect effect = withdrawn(body);
            if (e.getCause() instanceof Exchange.TooLarge) {
                throw new BackendRefusedException(
                        request.uri() + ": " + e.getCause().getMessage(), Fault.BACKEND, effect, e);
            }
            throw failed(request.uri() + ": " + Failures.inWords(e.getCause()), effect);
        }
    }

    private static Effect withdrawn(TrackedBody body) {
        return body.withdraw() ? Effect.NONE : Effect.POSSIBLE;
    }

    private BackendUnavailableException failed(String what, Effect effect) {
        trouble = what;
        return new BackendUnavailableException(what, effect);
    }

    private Verified verified(Deadline deadline) {
        Verified present = verified;
        if (present != null) {
            return present;
        }
        boolean mine = false;
        try {
            mine = connecting.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!mine) {
            throw new BackendUnavailableException("step-ca's trust anchor is not known yet", Effect.NONE);
        }
        try {
            return establish(deadline);
        } finally {
            connecting.unlock();
        }
    }

    private Verified establish(Deadline deadline) {
        Verified present = verified;
        if (present != null) {
            return present;
        }
        URI url = settings.url();
        try {
            PinnedTrust trust =
                    FingerprintTrust.ofStepCa(url, settings.fingerprint(), Duration.ofNanos(deadline.remainingNanos()));
            HttpClient client = Exchange.client(settings.connectTimeout())
                    .sslContext(trust.context())
                    .build();
            Verified fresh = new Verified(trust.anchor(), new Exchange(client, MAX_BODY));
            verified = fresh;
            return fresh;
        } catch (BackendUnavailableException e) {
            if (!Thread.currentThread().isInterrupted()) {
                trouble = String.valueOf(e.getMessage());
            }
            throw e;
        }
    }
}
