package io.provisioningbridge.adapter.hawkbit;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.http.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An answer of hawkBit's, and what it means. Decides by status and the end of hawkBit's error code, since both changed
 * over the versions: {@code entitiyAlreayExists} and {@code entitiyNotFound} (sic) until 0.6, {@code quota} with 403 before
 * and 429 from 0.10 on. Never shows a body, which may hold tokens. Immutable.
 */
final class Answer {

    /** What an answer says about the target that was asked for, or about the server. */
    enum Meaning {
        /** It is done, or here it is. */
        DONE,
        /** There is a target of that id. */
        EXISTS,
        /** There is no target of that id. */
        MISSING,
        /** The server will not, with this target. */
        REFUSED,
        /** The server could not, with this target, this time. */
        TROUBLED,
        /** The server has had too many requests of late. */
        OVERLOADED,
        /** Nothing will get better with another target: no hawkBit, or none that lets us in. */
        AWAY
    }

    private final Reply reply;
    private final boolean empty;
    private final Optional<JsonNode> json;
    private final List<String> secrets;

    /** @param secrets what the request held and nobody may read in a message */
    Answer(Reply reply, List<String> secrets) {
        this.reply = reply;
        this.empty = reply.text().isEmpty();
        this.json = reply.json();
        this.secrets = List.copyOf(secrets);
    }

    int status() {
        return reply.status();
    }

    Optional<JsonNode> json() {
        return json;
    }

    Meaning meaning() {
        if (reply.successful()) {
            // A page that something else serves is no success.
            return empty || json.isPresent() ? Meaning.DONE : Meaning.AWAY;
        }
        String code = code();
        boolean quota = code.contains(".quota.");
        return switch (reply.status()) {
            case 400 -> isHawkbits() ? Meaning.REFUSED : Meaning.AWAY;
            case 403 -> quota ? Meaning.REFUSED : Meaning.AWAY;
            case 404 -> notFound(code);
            case 409 ->
                code.endsWith("alreadyexists") || code.endsWith("alreayexists") ? Meaning.EXISTS : Meaning.TROUBLED;
            case 413 -> Meaning.REFUSED;
            case 423, 500 -> Meaning.TROUBLED;
            case 429 -> quota ? Meaning.REFUSED : Meaning.OVERLOADED;
            default -> Meaning.AWAY;
        };
    }

    /**
     * A path that leads nowhere answers 404 without a code, and from 1.0 on the thing that is missing may be another than the
     * target.
     */
    private Meaning notFound(String code) {
        boolean ofEntity = code.endsWith("entitynotfound") || code.endsWith("entitiynotfound");
        if (!code.startsWith("hawkbit.") || !ofEntity) {
            return Meaning.AWAY;
        }
        String type =
                json.map(node -> node.path("info").path("type").asText("")).orElse("");
        return type.isEmpty() || type.equals("Target") ? Meaning.MISSING : Meaning.REFUSED;
    }

    /** Whether hawkBit itself says so; it leaves out the code for what its database would not take (observed: 1.1.0). */
    private boolean isHawkbits() {
        return json.filter(node -> node.path("errorCode").isTextual()
                        || node.path("exceptionClass").isTextual())
                .isPresent();
    }

    /** hawkBit's error code in lower case; empty where there is none. */
    private String code() {
        return json.map(node -> node.path("errorCode").asText("")).orElse("").toLowerCase(Locale.ROOT);
    }

    /** What the server says about its refusal, on one line and cut short, without secrets: for the log and for messages. */
    String words() {
        if (reply.status() == 401) {
            return "401: it does not know the user, or not with this password";
        }
        String said = json.map(Answer::said).orElse(empty ? "without a word" : "in words that are none of hawkBit's");
        for (String secret : secrets) {
            said = said.replace(secret, "***");
        }
        return reply.status() + ": " + Reply.quoted(said);
    }

    private static String said(JsonNode json) {
        String message = json.path("message").asText("");
        return json.path("errorCode").asText("") + " "
                + (message.isEmpty() ? json.path("error").asText("") : message);
    }

    /** What {@code Retry-After} says in seconds, within five minutes; otherwise what is given. */
    Duration retryAfter(Duration otherwise) {
        return reply.retryAfter(otherwise);
    }
}
