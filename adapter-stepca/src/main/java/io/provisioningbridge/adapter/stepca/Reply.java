package io.provisioningbridge.adapter.stepca;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** An answer over HTTP, whole. Immutable. */
final class Reply {

    private static final int QUOTED_LENGTH = 300;
    private static final int LONGEST_RETRY_AFTER = 3600;
    private static final Pattern UNPRINTABLE = Pattern.compile("\\p{Cntrl}+");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;

    /** @param body nobody writes to it any more */
    Reply(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    boolean successful() {
        return status >= 200 && status < 300;
    }

    Optional<JsonNode> json() {
        return Json.parse(body);
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** What the peer says about its refusal, on one line and cut short: for the log and for messages. */
    String message() {
        String text = json().map(node -> node.path("message").asText(""))
                .filter(message -> !message.isEmpty())
                .orElseGet(this::text);
        String line = UNPRINTABLE.matcher(text).replaceAll(" ").strip();
        return line.length() <= QUOTED_LENGTH ? line : line.substring(0, QUOTED_LENGTH) + "…";
    }

    /** What {@code Retry-After} says in seconds, within an hour; the usual pause otherwise. */
    Duration retryAfter() {
        return headers.firstValue("Retry-After")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Math.max(1, Math.min(LONGEST_RETRY_AFTER, Integer.parseInt(text)))))
                .orElse(BackendUnavailableException.DEFAULT_RETRY_AFTER);
    }
}
