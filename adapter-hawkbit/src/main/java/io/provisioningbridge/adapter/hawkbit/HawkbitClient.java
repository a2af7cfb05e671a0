package io.provisioningbridge.adapter.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.adapter.hawkbit.Answer.Meaning;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Exchange;
import io.provisioningbridge.http.Failures;
import io.provisioningbridge.http.Json;
import io.provisioningbridge.http.Trust;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges with hawkBit: each at its turn, bounded in time and size, with the bridge's credentials. What comes back is an
 * answer of hawkBit's about what was asked; all else is an exception. Safe for concurrent use.
 */
final class HawkbitClient {

    /** A page of targets with long descriptions is the largest answer there is. */
    private static final int MAX_BODY = 4 * 1024 * 1024;

    /** hawkBit forgets what it counted after a second; it sends no {@code Retry-After}. */
    private static final Duration REST = Duration.ofMillis(1100);

    /** Somebody has to do something first. */
    private static final Duration UNTIL_CURED = Duration.ofSeconds(30);

    private static final int REQUEST_TIMEOUT = 408;

    private final HawkbitSettings settings;
    private final Exchange exchange;
    private final String authorization;
    private final Pace reads;
    private final Pace writes;
    private volatile String trouble = "";

    /** Why a write got nowhere; a read that works proves nothing there. */
    private volatile String unwritable = "";

    HawkbitClient(HawkbitSettings settings) {
        this.settings = settings;
        HttpClient.Builder builder = Exchange.client(settings.connectTimeout());
        if (!settings.trusted().isEmpty()) {
            builder.sslContext(Trust.in(settings.trusted()));
        }
        this.exchange = new Exchange(builder.build(), MAX_BODY);
        String login = settings.user() + ":" + settings.password().reveal();
        this.authorization = "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        this.reads = new Pace(settings.readsPerSecond());
        this.writes = new Pace(settings.writesPerSecond());
    }

    /** Why hawkBit does not do what it is asked, for reasons that are no target's; empty when the last contact showed none. */
    String trouble() {
        return trouble.isEmpty() ? unwritable : trouble;
    }

    /** @throws BackendUnavailableException no answer of hawkBit's, or none that is about what was asked */
    Answer get(String path, Deadline deadline) {
        return exchange(new Call("GET", path, Optional.empty(), List.of(), Optional.empty(), false), deadline);
    }

    /**
     * As {@link #get}, and trouble unless what comes is JSON that makes sense.
     *
     * @throws BackendUnavailableException also otherwise
     */
    void check(String path, Predicate<JsonNode> sensible, Deadline deadline) {
        exchange(new Call("GET", path, Optional.empty(), List.of(), Optional.of(sensible), false), deadline);
    }

    /**
     * As {@link #get}, and whatever comes of it is no {@link #trouble}; also an answer that is about something else.
     *
     * @throws BackendUnavailableException no answer
     */
    Answer peek(String path, Deadline deadline) {
        return exchange(new Call("GET", path, Optional.empty(), List.of(), Optional.empty(), true), deadline);
    }

    /** As {@link #get}. */
    Answer delete(String path, Deadline deadline) {
        return exchange(new Call("DELETE", path, Optional.empty(), List.of(), Optional.empty(), false), deadline);
    }

    /**
     * As {@link #get}.
     *
     * @param secrets what the body holds and nobody may read in a message
     */
    Answer send(String method, String path, JsonNode body, List<String> secrets, Deadline deadline) {
        return exchange(new Call(method, path, Optional.of(body), secrets, Optional.empty(), false), deadline);
    }

    /** @param expected of what it brings */
    private record Call(
            String method,
            String path,
            Optional<JsonNode> body,
            List<String> secrets,
            Optional<Predicate<JsonNode>> expected,
            boolean isAside) {

        boolean isContentWith(Answer answer) {
            return expected.isEmpty()
                    || (answer.meaning() == Meaning.DONE
                            && answer.json().filter(expected.get()).isPresent());
        }

        boolean isRead() {
            return method.equals("GET");
        }

        /** Of a call that went out and was not answered. */
        Effect effect() {
            return isRead() ? Effect.NONE : Effect.POSSIBLE;
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    private Answer exchange(Call call, Deadline operation) {
        Deadline deadline = operation.within(settings.requestTimeout());
        while (true) {
            waitForTurn(call, deadline);
            Answer answer = answered(call, deadline);
            switch (answer.meaning()) {
                case OVERLOADED -> {
                    Duration rest = answer.retryAfter(REST);
                    (call.isRead() ? reads : writes).rest(rest);
                    if (!deadline.leaves(rest)) {
                        throw failed(call, "it has too many requests of ours", Effect.NONE, rest);
                    }
                }
                case AWAY -> {
                    if (call.isAside()) {
                        return answer;
                    }
                    throw turnedAway(call, answer);
                }
                case DONE, EXISTS, MISSING, REFUSED, TROUBLED -> {
                    if (!call.isContentWith(answer)) {
                        throw failed(
                                call,
                                "its answer makes no sense; " + answer.words(),
                                Effect.NONE,
                                BackendUnavailableException.DEFAULT_RETRY_AFTER);
                    }
                    noteSuccess(call, answer.meaning());
                    return answer;
                }
            }
        }
    }

    private void waitForTurn(Call call, Deadline deadline) {
        try {
            if (!(call.isRead() ? reads : writes).take(deadline)) {
                throw new BackendUnavailableException("too many requests wait for hawkBit", Effect.NONE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while waiting for hawkBit", Effect.NONE);
        }
    }

    private Answer answered(Call call, Deadline deadline) {
        try {
            return once(call, deadline);
        } catch (ExecutionException first) {
            if (!isBrokenOff(first.getCause())) {
                throw failed(call, first);
            }
        }
        // A connection that was kept for later may be closed by the server just as it is used. Every call can be
        // repeated.
        try {
            return once(call, deadline);
        } catch (ExecutionException second) {
            throw failed(call, second);
        }
    }

    private Answer once(Call call, Deadline deadline) throws ExecutionException {
        try {
            return new Answer(exchange.send(request(call), deadline), call.secrets());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException("interrupted while hawkBit was asked", call.effect());
        } catch (TimeoutException e) {
            throw failed(
                    call,
                    "no answer within " + settings.requestTimeout().toSeconds() + " s",
                    call.effect(),
                    BackendUnavailableException.DEFAULT_RETRY_AFTER);
        }
    }

    private HttpRequest request(Call call) {
        HttpRequest.Builder request = HttpRequest.newBuilder(below(settings.url(), call.path()))
                .header("Accept", "application/json")
                .header("Authorization", authorization);
        if (call.body().isPresent()) {
            request.header("Content-Type", "application/json")
                    .method(
                            call.method(),
                            HttpRequest.BodyPublishers.ofByteArray(
                                    Json.bytes(call.body().get())));
        } else {
            request.method(call.method(), HttpRequest.BodyPublishers.noBody());
        }
        return request.build();
    }

    private static boolean isBrokenOff(@Nullable Throwable failure) {
        return failure instanceof IOException
                && !(failure instanceof ConnectException)
                && !(failure instanceof HttpConnectTimeoutException)
                && !(failure instanceof SSLException)
                && !(failure instanceof Exchange.TooLarge);
    }

    private BackendUnavailableException failed(Call call, ExecutionException failure) {
        boolean neverSent = failure.getCause() instanceof ConnectException
                || failure.getCause() instanceof HttpConnectTimeoutException;
        return failed(
                call,
                Failures.inWords(failure.getCause()),
                neverSent ? Effect.NONE : call.effect(),
                BackendUnavailableException.DEFAULT_RETRY_AFTER);
    }

    private BackendUnavailableException turnedAway(Call call, Answer answer) {
        String why = "it answered " + answer.words();
        if (answer.status() >= 500 || answer.status() == REQUEST_TIMEOUT) {
            return failed(call, why, call.effect(), answer.retryAfter(BackendUnavailableException.DEFAULT_RETRY_AFTER));
        }
        return failed(call, why, Effect.NONE, answer.retryAfter(UNTIL_CURED));
    }

    private BackendUnavailableException failed(Call call, String why, Effect effect, Duration retryAfter) {
        note(call, "hawkBit at " + settings.url() + ": " + why);
        return new BackendUnavailableException(
                "hawkBit at " + settings.url() + ", " + call + ": " + why, effect, retryAfter);
    }

    /** In words that stay the same for every target: each new text is logged. */
    private void note(Call call, String why) {
        if (call.isAside()) {
            return;
        }
        if (call.isRead()) {
            trouble = why;
        } else {
            unwritable = why;
        }
    }

    /** What hawkBit will not or cannot do, this time or with this target, shows nothing. */
    private void noteSuccess(Call call, Meaning meaning) {
        if (call.isAside() || meaning == Meaning.REFUSED || meaning == Meaning.TROUBLED) {
            return;
        }
        trouble = "";
        if (!call.isRead()) {
            unwritable = "";
        }
    }

    /** {@code path}, beginning with a slash, below a base that may end with one or have a path of its own. */
    private static URI below(URI base, String path) {
        String text = base.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
    }
}
