package io.provisioningbridge.adapter.thingsboard;

import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Reply;
import java.time.Duration;
import java.util.List;

/**
 * Makes of an answer that is no success the exception it means. What an operator cures without touching the device (credentials,
 * rights, a missing profile) is for later, so that nothing has to be tried again by hand afterwards.
 *
 * <p>Most errors are JSON objects with {@code status}, {@code message}, {@code errorCode} and {@code timestamp}; the attribute
 * controller's are plain text (observed: 4.4.0-SNAPSHOT). Only what ThingsBoard itself says of a request ends it for good: a proxy
 * in front, or something else at this URL, answers 400 as well.
 */
final class Refusals {

    /** How often it is worth looking whether an operator cured it. */
    static final Duration UNTIL_CURED = Duration.ofMinutes(1);

    private static final Duration SHORTLY = Duration.ofSeconds(1);

    private static final int ITEM_NOT_FOUND = 32;

    /** What the attribute controller says of a request it does not take begins so. */
    private static final List<String> ABOUT_ATTRIBUTES = List.of(
            "Invalid scope: ",
            "Invalid JSON",
            "No attributes data found in request body!",
            "Request is not a JSON object");

    private Refusals() {}

    /** Whether ThingsBoard itself says that the thing asked for is not there; a proxy's 404 says nothing of it. */
    static boolean saysNotFound(Reply reply) {
        return reply.status() == 404
                && (errorCode(reply) == ITEM_NOT_FOUND
                        || reply.text().startsWith("Device with requested id wasn't found"));
    }

    /** @param operation in words, for the message */
    static BackendException of(String operation, Reply reply) {
        String message = operation + " failed: ThingsBoard answered " + reply.status() + ", " + reply.message();
        return switch (reply.status()) {
            case 400, 413, 414 ->
                isAboutTheRequest(reply)
                        ? refused(message, Fault.REQUEST, Effect.NONE)
                        : new BackendUnavailableException(message, Effect.NONE, UNTIL_CURED);
            case 401, 403 -> new BackendUnavailableException(message, Effect.NONE, UNTIL_CURED);
            case 409 -> new BackendUnavailableException(message, Effect.NONE, SHORTLY);
            case 429 ->
                new BackendUnavailableException(
                        message, Effect.NONE, reply.retryAfter(BackendUnavailableException.DEFAULT_RETRY_AFTER));
            case 500 -> internalError(message, reply);
            // A proxy in front gave up on the server, or waits no longer for it.
            case 408, 502, 503, 504 ->
                new BackendUnavailableException(
                        message, Effect.POSSIBLE, reply.retryAfter(BackendUnavailableException.DEFAULT_RETRY_AFTER));
            // Nothing that ThingsBoard says of a device: something else answers at this URL, until an operator cures
            // it.
            default ->
                new BackendUnavailableException(
                        message, reply.status() < 500 ? Effect.NONE : Effect.POSSIBLE, UNTIL_CURED);
        };
    }

    /** A success that makes no sense: most likely something else answers at this URL, such as a proxy in maintenance. */
    static BackendUnavailableException nonsense(String operation, String what) {
        return new BackendUnavailableException(
                operation + ": ThingsBoard's answer makes no sense: " + what, Effect.POSSIBLE);
    }

    /** A success that is about something else than what was asked for, and would be the next time. */
    static BackendRefusedException contradiction(String operation, String what) {
        return refused(operation + ": ThingsBoard's answer makes no sense: " + what, Fault.BACKEND, Effect.POSSIBLE);
    }

    /** Gave up because the same thing is changed by others all the time. */
    static BackendUnavailableException contended(String operation) {
        return new BackendUnavailableException(
                operation + ": someone else changes the device at the same time", Effect.POSSIBLE, SHORTLY);
    }

    /** ThingsBoard answers 500 to some requests it cannot read, which will not get better. */
    private static BackendException internalError(String message, Reply reply) {
        return (isError(reply) && reply.message().contains("JSON parse error"))
                        || reply.text().startsWith("Can't parse value")
                ? refused(message, Fault.REQUEST, Effect.NONE)
                : new BackendUnavailableException(
                        message, Effect.POSSIBLE, reply.retryAfter(BackendUnavailableException.DEFAULT_RETRY_AFTER));
    }

    private static boolean isAboutTheRequest(Reply reply) {
        return isError(reply) || ABOUT_ATTRIBUTES.stream().anyMatch(reply.text()::startsWith);
    }

    /** Whether it is an error of ThingsBoard's; those of other Spring applications have no code. */
    private static boolean isError(Reply reply) {
        return reply.json()
                .filter(node -> node.path("status").isIntegralNumber()
                        && node.path("errorCode").isIntegralNumber())
                .isPresent();
    }

    private static int errorCode(Reply reply) {
        return reply.json().map(node -> node.path("errorCode").asInt(-1)).orElse(-1);
    }

    private static BackendRefusedException refused(String message, Fault fault, Effect effect) {
        return new BackendRefusedException(message, fault, effect);
    }
}
