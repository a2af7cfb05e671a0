package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.provisioningbridge.core.domain.Secret;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Reply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The header that proves the bridge: an API key as it is, or a token that is had by login and then by refresh, one caller at a
 * time. Safe for concurrent use.
 */
final class Authorization {

    /** Answers {@code Authorization} just as well, which proxies like to keep for themselves. */
    static final String HEADER = "X-Authorization";

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final ThingsBoardLogin login;
    private final Transport transport;
    private final LongSupplier nanos;
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile @Nullable Tokens tokens;
    private volatile @Nullable Refusal refusal;

    private record Tokens(String header, Secret refresh) {

        @Override
        public String toString() {
            return "Tokens[***]";
        }
    }

    /**
     * A login that was refused; repeating it for every device would lock the user out, and so does repeating it for ever.
     *
     * @param pause how long it stands
     * @param until on the monotonic clock
     */
    private record Refusal(String why, Duration pause, long until) {}

    Authorization(ThingsBoardLogin login, Transport transport) {
        this(login, transport, System::nanoTime);
    }

    /** @param nanos a monotonic clock */
    Authorization(ThingsBoardLogin login, Transport transport, LongSupplier nanos) {
        this.login = login;
        this.transport = transport;
        this.nanos = nanos;
    }

    /** @throws BackendUnavailableException there is no token, and none can be had now */
    String header(Deadline deadline) {
        if (login instanceof ThingsBoardLogin.ApiKey apiKey) {
            return "ApiKey " + apiKey.key().reveal();
        }
        Tokens present = tokens;
        return present != null ? present.header() : renewed("", deadline);
    }

    /** What to try instead of a header that was answered with 401; empty when there is nothing else. */
    Optional<String> insteadOf(String refused, Deadline deadline) {
        return login instanceof ThingsBoardLogin.ApiKey ? Optional.empty() : Optional.of(renewed(refused, deadline));
    }

    private String renewed(String refused, Deadline deadline) {
        lock(deadline);
        try {
            Tokens present = tokens;
            if (present != null && !present.header().equals(refused)) {
                return present.header();
            }
            Tokens fresh = fresh(present, deadline);
            tokens = fresh;
            return fresh.header();
        } finally {
            renewing.unlock();
        }
    }

    private Tokens fresh(@Nullable Tokens old, Deadline deadline) {
        if (old != null) {
            // Gone whatever becomes of it: a login is next.
            tokens = null;
            ObjectNode body = Json.object().put("refreshToken", old.refresh().reveal());
            Reply reply = transport.exchange(
                    transport.posting("/api/auth/token", body).build(), deadline);
            if (reply.successful()) {
                return tokensOf("refreshing the token", reply);
            }
        }
        return loggedIn(deadline);
    }

    private Tokens loggedIn(Deadline deadline) {
        if (!(login instanceof ThingsBoardLogin.Password password)) {
            throw new IllegalStateException("an API key needs no login");
        }
        Refusal standing = refusal;
        if (standing != null && standing.until() - nanos.getAsLong() > 0) {
            throw new BackendUnavailableException(standing.why(), Effect.NONE, Refusals.UNTIL_CURED);
        }
        ObjectNode body = Json.object()
                .put("username", password.user())
                .put("password", password.password().reveal());
        Reply reply =
                transport.exchange(transport.posting("/api/auth/login", body).build(), deadline);
        if (reply.successful()) {
            refusal = null;
            return tokensOf("logging in", reply);
        }
        if (reply.status() == 401 || reply.status() == 403) {
            String why = "ThingsBoard refuses the bridge's user: " + reply.message();
            Duration pause = standing == null ? Refusals.UNTIL_CURED : longer(standing.pause());
            refusal = new Refusal(why, pause, nanos.getAsLong() + pause.toNanos());
            throw new BackendUnavailableException(why, Effect.NONE, Refusals.UNTIL_CURED);
        }
        throw Refusals.of("logging in", reply);
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private static Tokens tokensOf(String operation, Reply reply) {
        JsonNode json = reply.json().orElseThrow(() -> Refusals.nonsense(operation, "it is no JSON"));
        String token = json.path("token").asText("");
        String refresh = json.path("refreshToken").asText("");
        if (token.isEmpty() || refresh.isEmpty() || !token.matches("[\\x21-\\x7e]+")) {
            throw Refusals.nonsense(operation, "it has no token and refreshToken");
        }
        return new Tokens("Bearer " + token, new Secret(refresh));
    }

    private void lock(Deadline deadline) {
        try {
            if (renewing.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while waiting for a token", Effect.NONE);
        }
        throw new BackendUnavailableException("ThingsBoard gave no token in time", Effect.NONE);
    }
}
