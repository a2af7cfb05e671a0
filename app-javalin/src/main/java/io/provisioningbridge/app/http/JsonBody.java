package io.provisioningbridge.app.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON object a client sent. Members nobody asks for are ignored unless {@link #refuseOthersThan} was called; every way a
 * body can be wrong ends the request with the problem that says so.
 */
final class JsonBody {

    private final JsonNode object;

    private JsonBody(JsonNode object) {
        this.object = object;
    }

    /** @throws ProblemException 400 */
    static JsonBody parse(byte[] utf8) {
        JsonNode node = parse(decode(utf8));
        if (!node.isObject()) {
            throw malformed("The body must be a JSON object.");
        }
        return new JsonBody(node);
    }

    /** Whether there is such a member, and not null. */
    boolean has(String name) {
        return object.hasNonNull(name);
    }

    /** A member that may be absent or null. @throws ProblemException 400 when it is not a proper string */
    Optional<String> optionalText(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode member = object.path(name);
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

    /** A member that may be absent or null. @throws ProblemException 400 when it is no object */
    Optional<JsonBody> optionalObject(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode member = object.path(name);
        if (!member.isObject()) {
            throw malformed("'" + name + "' must be an object.");
        }
        return Optional.of(new JsonBody(member));
    }

    /** True or false, false when it is absent or null. @throws ProblemException 400 when it is anything else */
    boolean flag(String name) {
        if (has(name) && !object.path(name).isBoolean()) {
            throw malformed("'" + name + "' must be true or false.");
        }
        return object.path(name).booleanValue();
    }

    /** @throws ProblemException 400 when there is a member of another name */
    JsonBody refuseOthersThan(Set<String> known) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            if (!known.contains(names.next())) {
                throw malformed("The body has a member that is not known here; known: " + String.join(", ", known));
            }
        }
        return this;
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
