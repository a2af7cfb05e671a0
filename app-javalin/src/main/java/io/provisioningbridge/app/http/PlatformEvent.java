package io.provisioningbridge.app.http;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a webhook call tells: in the members of the shipped rule chain (its event and the device's name), or in those of older
 * ones (its message type and, in its metadata, the first of the device's id, the client's id and the device's name).
 *
 * @param kind what that means here
 * @param name in the platform's words
 * @param device the platform's name of it, which no device need have here; empty when the call names none
 */
record PlatformEvent(Kind kind, String name, Optional<String> device) {

    /** What an event means. */
    enum Kind {
        /** The device is said to have connected. */
        CONNECTED,
        /** The device is said to have been deleted at the platform. */
        DELETED,
        /** Nothing that concerns the bridge. */
        OTHER
    }

    private static final String METADATA = "metadata";

    /** @throws ProblemException a member is missing or of the wrong type */
    static PlatformEvent of(JsonBody body) {
        Optional<String> event = body.optionalText("event");
        if (event.isPresent()) {
            return new PlatformEvent(kindOf(event.get()), event.get(), text(body, "deviceName"));
        }
        String type = body.optionalText("msgType")
                .orElseThrow(() -> new ProblemException(ProblemType.MEMBER_MISSING, "'event' is missing."));
        Optional<JsonBody> metadata = body.optionalObject(METADATA);
        // In those chains 'deviceId' is the device's name, too, and not the platform's own id.
        Optional<String> device = Stream.of("deviceId", "clientId", "deviceName")
                .flatMap(member -> metadata.flatMap(found -> text(found, member)).stream())
                .findFirst();
        return new PlatformEvent(kindOf(type), type, device);
    }

    private static Optional<String> text(JsonBody body, String member) {
        return body.optionalText(member).filter(text -> !text.isEmpty());
    }

    private static Kind kindOf(String name) {
        return switch (name) {
            case "CONNECT_EVENT", "POST_CONNECT_REQUEST" -> Kind.CONNECTED;
            case "ENTITY_DELETED" -> Kind.DELETED;
            default -> Kind.OTHER;
        };
    }
}
