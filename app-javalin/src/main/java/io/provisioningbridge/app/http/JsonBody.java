package io.provisioningbridge.app.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON object a client sent. Members nobody asks for are ignored; every way a body can be wrong ends the request with the
 * problem that says so.
 */
final class JsonBody {

    private static final Pattern CHARSET = Pattern.compile("charset=(.*)");
    private static final Set<String> UTF_8 = Set.of("utf-8", "\"utf-8\"", "utf8");

    private final JsonNode object;

    private JsonBody(JsonNode object) {
        this.object = object;
    }

    /** @throws ProblemException 400 or 415 */
    static JsonBody of(Context ctx) {
        requireJson(ctx);
        JsonNode node = parse(decode(BodyFirst.of(ctx)));
        if (!node.isObject()) {
            throw malformed("The body must be a JSON object.");
        }
        return new JsonBody(node);
    }

    /** A member that may be absent or null. @throws ProblemException 400 when it is not a proper string */
    Optional<String> optionalText(String name) {
        JsonNode member = object.path(name);
        if (member.isMissingNode() || member.isNull()) {
            return Optional.empty();
        }
        if (!member.isTextual()) {
            throw malformed("'" + name + "' must be a string.");
        }
        if (!isProperText(member.textValue())) {
            throw malformed("'" + name + "' holds U+0000 or half a surrogate pair.");
        }
        return Optional.of(member.textValue());
    }

    /** A member that must be there. @throws ProblemException 400 when it is not a proper string, 422 when it is missing */
    String requiredText(String name) {
        return optionalText(name)
                .orElseThrow(() ->
                        new ProblemException(ProblemType.MEMBER_MISSING, "'" + name + "' is missing; it is required."));
    }

    private static void requireJson(Context ctx) {
        String type = Optional.ofNullable(ctx.header("Content-Type")).orElse("");
        if (!isJson(type)) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send JSON in UTF-8 with 'Content-Type: application/json'.");
        }
        String encoding = Optional.ofNullable(ctx.header("Content-Encoding")).orElse("identity");
        if (!encoding.strip().equalsIgnoreCase("identity")) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, without a 'Content-Encoding'.");
        }
    }

    private static boolean isJson(String contentType) {
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            Matcher charset = CHARSET.matcher(parts[i].strip());
            if (charset.matches() && !UTF_8.contains(charset.group(1))) {
                return false;
            }
        }
        return parts[0].strip().equals("application/json");
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("The body is not UTF-8.");
        }
    }

    private static JsonNode parse(String text) {
        try {
            return Json.read(text);
        } catch (JsonProcessingException e) {
            // The parser's message repeats pieces of the body and names our library; the place is enough.
            throw malformed(
                    e.getLocation() == null
                            ? "The body is not valid JSON."
                            : "The body is not valid JSON (line "
                                    + e.getLocation().getLineNr() + ", column "
                                    + e.getLocation().getColumnNr() + ").");
        }
    }

    private static boolean isProperText(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(ProblemType.MALFORMED_BODY, detail);
    }
}
