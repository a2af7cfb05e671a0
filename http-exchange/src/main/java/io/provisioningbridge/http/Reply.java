package io.provisioningbridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** An answer over HTTP, whole. Immutable. */
public final class Reply {

    private static final int QUOTED_LENGTH = 300;
    private static final int LONGEST_RETRY_AFTER = 300;
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

    /** From 100 to 599, as the peer sent it. */
    public int status() {
        return status;
    }

    /** Whether the status is in the 2xx range. */
    public boolean successful() {
        return status >= 200 && status < 300;
    }

    /** As the peer sent them; their names are found in upper and lower case. */
    public HttpHeaders headers() {
        return headers;
    }

    /** The body read as UTF-8; the empty text when there is none. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The body as {@link Json#parse} reads it, anew each time: the caller may change it. */
    public Optional<JsonNode> json() {
        return Json.parse(body);
    }

    /**
     * What the peer says about its refusal, {@link #quoted}: the {@code message} of a JSON object, otherwise the body. For the log
     * and for messages, where the body cannot hold what the request kept secret.
     */
    public String message() {
        return quoted(json().map(node -> node.path("message").asText(""))
                .filter(message -> !message.isEmpty())
                .orElseGet(this::text));
    }

    /** A peer's words on one line, without control characters, cut after 300 characters. */
    public static String quoted(String words) {
        String line = UNPRINTABLE.matcher(words).replaceAll(" ").strip();
        return line.length() <= QUOTED_LENGTH ? line : line.substring(0, QUOTED_LENGTH) + "…";
    }

    /**
     * What {@code Retry-After} says in seconds, from one second to five minutes: it is kept in memory, where nobody could end it.
     *
     * @param otherwise when there is no such header, or one with a date
     */
    public Duration retryAfter(Duration otherwise) {
        return headers.firstValue("Retry-After")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Math.max(1, Math.min(LONGEST_RETRY_AFTER, Integer.parseInt(text)))))
                .orElse(otherwise);
    }

    /** Without the body, which may hold secrets. */
    @Override
    public String toString() {
        return "Reply[" + status + ", " + body.length + " bytes]";
    }
}
