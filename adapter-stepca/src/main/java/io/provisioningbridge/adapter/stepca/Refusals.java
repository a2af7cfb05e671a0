package io.provisioningbridge.adapter.stepca;

import io.provisioningbridge.core.port.BackendException;
import io.provisioningbridge.core.port.BackendException.Effect;
import io.provisioningbridge.core.port.BackendRefusedException;
import io.provisioningbridge.core.port.BackendRefusedException.Fault;
import io.provisioningbridge.core.port.BackendUnavailableException;
import io.provisioningbridge.http.Reply;
import java.util.List;
import java.util.Locale;

/**
 * What an answer that is no success means. step-ca has no error codes, so its words decide between the request's fault and an
 * operator's (observed, with the source of v0.30.2 beside it); what is not recognized is an operator's.
 */
final class Refusals {

    /** 400: the body was ours, so only the request inside it can be wrong. */
    private static final List<String> BAD_CSR = List.of("csr", "certificate request", "error decoding json");

    private static final List<String> FORBIDDEN_CSR = List.of(
            "certificate request does not contain the valid",
            "certificate request contains",
            "certificate request rsa key",
            "not allowed");

    private Refusals() {}

    /** @param operation in words, for the message */
    static BackendException of(String operation, Reply reply) {
        String message = operation + " failed: step-ca answered " + reply.status() + ", " + reply.message();
        return switch (reply.status()) {
            case 400 -> refused(message, contains(reply, BAD_CSR) ? Fault.REQUEST : Fault.BACKEND, Effect.NONE);
            case 403 -> refused(message, contains(reply, FORBIDDEN_CSR) ? Fault.REQUEST : Fault.BACKEND, Effect.NONE);
            case 429 ->
                new BackendUnavailableException(
                        message, Effect.NONE, reply.retryAfter(BackendUnavailableException.DEFAULT_RETRY_AFTER));
            // A proxy in front gave up on the server, or waits no longer for it.
            case 408, 502, 503, 504 ->
                new BackendUnavailableException(
                        message, Effect.POSSIBLE, reply.retryAfter(BackendUnavailableException.DEFAULT_RETRY_AFTER));
            default -> refused(message, Fault.BACKEND, surelyNothing(reply.status()) ? Effect.NONE : Effect.POSSIBLE);
        };
    }

    /** An answer in the 2xx range that makes no sense. */
    static BackendRefusedException nonsense(String operation, String what) {
        return refused(operation + ": step-ca's answer makes no sense: " + what, Fault.BACKEND, Effect.POSSIBLE);
    }

    /** 3xx and 4xx are decided before anything is signed; a 500 may come from anywhere (a broken template is one). */
    private static boolean surelyNothing(int status) {
        return status >= 300 && status < 500;
    }

    private static boolean contains(Reply reply, List<String> phrases) {
        String text = reply.message().toLowerCase(Locale.ROOT);
        return phrases.stream().anyMatch(text::contains);
    }

    private static BackendRefusedException refused(String message, Fault fault, Effect effect) {
        return new BackendRefusedException(message, fault, effect);
    }
}
