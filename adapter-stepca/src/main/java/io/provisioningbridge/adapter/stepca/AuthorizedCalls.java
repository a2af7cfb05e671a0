package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Reply;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Requests that carry a one-time token. Every 401 says the same, whatever the reason (observed: step-ca v0.30.2), so what can
 * be cured is tried in order: a fresh token, dated by the clock the refusal showed (the authority was restarted); then the
 * provisioner's key is asked for again (it was rotated). Safe for concurrent use.
 */
final class AuthorizedCalls {

    /** More at once would only wait for each other's signature in step-ca. */
    private static final int CONCURRENT = 64;

    private static final int UNAUTHORIZED = 401;

    private final StepCaClient client;
    private final StepCaSettings settings;
    private final Semaphore places = new Semaphore(CONCURRENT, true);
    private volatile String trouble = "";

    AuthorizedCalls(StepCaClient client, StepCaSettings settings) {
        this.client = client;
        this.settings = settings;
    }

    /** Why the authority takes none of our tokens; empty when it took the last one. */
    String trouble() {
        return trouble;
    }

    /**
     * @param key of the provisioner that is to authorize it
     * @param body makes the request for a key and an audience, with a new token each time
     * @return any answer but 401
     * @throws BackendUnavailableException no answer, no key yet, or no place within the deadline
     * @throws BackendRefusedException the authority takes none of our tokens
     */
    Reply post(
            String path,
            Prepared<ProvisionerKey> key,
            BiFunction<ProvisionerKey, String, JsonNode> body,
            Deadline deadline) {
        // Whoever would begin with less time than it may take to connect does not begin: that would ask for a
        // certificate
        // only to turn away from the answer.
        Deadline latestStart = deadline.earlierBy(settings.connectTimeout());
        enter(latestStart);
        try {
            return authorized(path, key, body, latestStart, deadline);
        } finally {
            places.release();
        }
    }

    private void enter(Deadline deadline) {
        try {
            if (!places.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new BackendUnavailableException("too many requests wait for step-ca", Effect.NONE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while waiting for step-ca", Effect.NONE);
        }
    }

    private Reply authorized(
            String path,
            Prepared<ProvisionerKey> keys,
            BiFunction<ProvisionerKey, String, JsonNode> body,
            Deadline latestStart,
            Deadline deadline) {
        String audience = Urls.audience(settings.url(), path);
        ProvisionerKey key = keys.get(latestStart);
        Reply reply = client.post(path, body.apply(key, audience), deadline);
        if (reply.status() == UNAUTHORIZED) {
            reply = client.post(path, body.apply(key, audience), deadline);
        }
        if (reply.status() == UNAUTHORIZED) {
            ProvisionerKey present = keys.replace(key, latestStart);
            if (!present.id().equals(key.id())) {
                reply = client.post(path, body.apply(present, audience), deadline);
            }
        }
        if (reply.status() == UNAUTHORIZED) {
            trouble = "step-ca takes none of our tokens (401, the reason is in its log only). Likely: provisioner '"
                    + key.issuer() + "' was replaced or disabled; the host of " + settings.url()
                    + " is not among step-ca's dnsNames; clocks (step-ca's is "
                    + client.clock().ahead().toSeconds() + " s ahead of ours)";
            throw new BackendRefusedException(trouble, Fault.BACKEND, Effect.NONE);
        }
        trouble = "";
        return reply;
    }
}
