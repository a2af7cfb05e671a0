package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.http.Deadline;
import io.provisioningbridge.http.Reply;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * Authorized requests: a token that ran out is replaced, and the request repeated once; one that was too many is repeated after
 * a rest. Safe for concurrent use.
 */
final class RestApi {

    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY = 429;

    private final Transport transport;
    private final Authorization authorization;
    private final Rest rest = new Rest();

    RestApi(ThingsBoardSettings settings) {
        this.transport = new Transport(settings);
        this.authorization = new Authorization(settings.login(), transport);
    }

    Reply get(String path, Deadline deadline) {
        return authorized(transport.request(path).GET(), deadline);
    }

    Reply post(String path, JsonNode body, Deadline deadline) {
        return authorized(transport.posting(path, body), deadline);
    }

    Reply delete(String path, Deadline deadline) {
        return authorized(transport.request(path).DELETE(), deadline);
    }

    /**
     * The JSON of a success.
     *
     * @param operation in words
     */
    static JsonNode json(String operation, Reply reply) {
        if (!reply.successful()) {
            throw Refusals.of(operation, reply);
        }
        return reply.json().orElseThrow(() -> Refusals.nonsense(operation, "it is no JSON: " + reply.message()));
    }

    /** An answer of 429 comes before anything is done, whatever the request. */
    private Reply authorized(HttpRequest.Builder request, Deadline deadline) {
        while (true) {
            rest.await(deadline);
            Reply reply = withToken(request, deadline);
            if (reply.status() != TOO_MANY) {
                rest.over();
                return reply;
            }
            rest.begin(reply.retryAfter(Duration.ZERO));
            if (!rest.endsBefore(deadline)) {
                return reply;
            }
        }
    }

    /** So does one of 401. */
    private Reply withToken(HttpRequest.Builder request, Deadline deadline) {
        String header = authorization.header(deadline);
        Reply reply = transport.exchange(
                request.setHeader(Authorization.HEADER, header).build(), deadline);
        if (reply.status() != UNAUTHORIZED) {
            return reply;
        }
        Optional<String> other = authorization.insteadOf(header, deadline);
        return other.isEmpty()
                ? reply
                : transport.exchange(
                        request.setHeader(Authorization.HEADER, other.get()).build(), deadline);
    }
}
