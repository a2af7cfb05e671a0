package io.provisioningbridge.adapter.thingsboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.provisioningbridge.core.port.BackendUnavailableException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An answer over HTTP, whole. Most errors are JSON objects with {@code status}, {@code message}, {@code errorCode} and
 * {@code timestamp}; the attribute controller's are plain text. Immutable.
 */
final class Reply {

    private static final int ITEM_NOT_FOUND = 32;
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

    /** Whether ThingsBoard itself says that the thing asked for is not there; a proxy's 404 says nothing of it. */
    boolean saysNotFound() {
        return status == 404
                && (errorCode() == ITEM_NOT_FOUND || text().startsWith("Device with requested id wasn't found"));
    }

    /** Whether a refusal's message holds this text. */
    boolean says(String text) {
        return message().contains(text);
    }

    Optional<JsonNode> json() {
        return Json.parse(body);
    }

    /** What the peer says about its refusal, on one line and cut short: for the log and for messages. */
    String message() {
        String text = json().map(node -> node.path("message").asText(""))
                .filter(message -> !message.isEmpty())
                .orElseGet(this::text);
        String line = UNPRINTABLE.matcher(text).replaceAll(" ").strip();
        return line.length() <= QUOTED_LENGTH ? line : line.substring(0, QUOTED_LENGTH) + "…";
    }

    /** What {@code Retry-After} says in seconds, within an hour; the usual pause otherwise: ThingsBoard never says. */
    Duration retryAfter() {
        return headers.firstValue("Retry-After")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Math.max(1, Math.min(LONGEST_RETRY_AFTER, Integer.parseInt(text)))))
                .orElse(BackendUnavailableException.DEFAULT_RETRY_AFTER);
    }

    private int errorCode() {
        return json().map(node -> node.path("errorCode").asInt(-1)).orElse(-1);
    }

    private String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
